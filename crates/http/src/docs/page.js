'use strict';

// The documents; their URLs are relative, so that the page works below any path.
const documents = { scim: 'docs/scim.json', management: 'docs/management.json', session: 'docs/session.json' };
const buttons = document.querySelectorAll('button[data-api]');
let ui;

// Requests go to where this page came from, whatever name the server was opened by.
async function load(api) {
  const answer = await fetch(documents[api]);
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  const spec = await answer.json();
  spec.servers[0].variables.publicUrl.default = new URL('.', location.href).href.replace(/\/$/, '');
  return spec;
}

// A token that was entered stays while the page is open, for every API, and is stored nowhere.
async function show(api) {
  const spec = await load(api);
  if (ui) {
    ui.specActions.updateSpec(JSON.stringify(spec));
  } else {
    ui = SwaggerUIBundle({
      dom_id: '#ui',
      spec,
      deepLinking: true,
      displayRequestDuration: true,
      docExpansion: 'list',
      persistAuthorization: false,
      tryItOutEnabled: true,
      validatorUrl: null,
    });
  }
  document.title = `${spec.info.title} · Roster`;
  for (const button of buttons) {
    button.setAttribute('aria-pressed', String(button.dataset.api === api));
  }
}

function report(error) {
  document.getElementById('ui').textContent = `The document can't be loaded: ${error.message}`;
}

for (const button of buttons) {
  button.addEventListener('click', () => {
    history.replaceState(null, '', `?api=${button.dataset.api}`);
    show(button.dataset.api).catch(report);
  });
}

const asked = new URLSearchParams(location.search).get('api');
show(Object.hasOwn(documents, asked) ? asked : 'scim').catch(report);

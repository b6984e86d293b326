//! `/ServiceProviderConfig`, `/ResourceTypes` and `/Schemas` (RFC 7644 section 4). They tell the
//! truth for the caller's tenant: its role attribute is part of the User schema.

use std::sync::Arc;

use poem::Request;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use roster_application::Application;
use roster_application::caller::Caller;
use roster_domain::refusal::excerpt;
use roster_scim::schema::discovery_schemas;
use roster_scim::{Features, ListResponse, Resource, ScimError, discovery};

use super::Subject;
use super::answer::Answer;
use super::failed::{Failed, OfDiscovery};
use super::model;
use crate::authenticated::Connector;
use crate::options::Options;

/// The discovery operations. Any API token of the tenant may call them.
#[derive(Clone, Copy)]
pub(crate) struct Discovery;

type DiscoveryAnswer<T> = Result<Answer<T>, Failed<OfDiscovery>>;

#[OpenApi(tag = "Subject::Discovery")]
impl Discovery {
    /// Read what the service supports
    ///
    /// Okta and other clients read it to learn which parts of the protocol they can use.
    #[oai(
        path = "/ServiceProviderConfig",
        method = "get",
        operation_id = "getServiceProviderConfig"
    )]
    async fn service_provider_config(
        &self,
        Connector(caller): Connector,
        Data(options): Data<&Arc<Options>>,
        request: &Request,
    ) -> DiscoveryAnswer<model::ServiceProviderConfig> {
        refuse_filter(request)?;
        let url = tenant_url(&caller, options);
        Ok(Answer::of(&discovery::service_provider_config(
            &Features::lifecycle(),
            &url,
        )))
    }

    /// List the resource types
    ///
    /// User is the only one.
    #[oai(
        path = "/ResourceTypes",
        method = "get",
        operation_id = "listResourceTypes"
    )]
    async fn resource_types(
        &self,
        Connector(caller): Connector,
        Data(options): Data<&Arc<Options>>,
        request: &Request,
    ) -> DiscoveryAnswer<model::ResourceTypeList> {
        refuse_filter(request)?;
        Ok(list(discovery::resource_types(&tenant_url(
            &caller, options,
        ))))
    }

    /// Read a resource type
    ///
    /// By its id, which is its name.
    #[oai(
        path = "/ResourceTypes/:id",
        method = "get",
        operation_id = "getResourceType"
    )]
    async fn resource_type(
        &self,
        Connector(caller): Connector,
        Data(options): Data<&Arc<Options>>,
        /// The resource type's id: `User`.
        id: Path<String>,
    ) -> DiscoveryAnswer<model::ResourceType> {
        let types = discovery::resource_types(&tenant_url(&caller, options));
        one(types, &id, "resource type", "/ResourceTypes")
    }

    /// List the schemas
    ///
    /// User, with the tenant's role attribute, and the schemas of the discovery documents.
    #[oai(path = "/Schemas", method = "get", operation_id = "listSchemas")]
    async fn schemas(
        &self,
        Connector(caller): Connector,
        Data(application): Data<&Application>,
        Data(options): Data<&Arc<Options>>,
        request: &Request,
    ) -> DiscoveryAnswer<model::SchemaList> {
        refuse_filter(request)?;
        Ok(list(schemas(&caller, application, options)))
    }

    /// Read a schema
    ///
    /// By its id, a URN.
    #[oai(path = "/Schemas/:id", method = "get", operation_id = "getSchema")]
    async fn schema(
        &self,
        Connector(caller): Connector,
        Data(application): Data<&Application>,
        Data(options): Data<&Arc<Options>>,
        /// The schema's id, such as `urn:ietf:params:scim:schemas:core:2.0:User`.
        id: Path<String>,
    ) -> DiscoveryAnswer<model::Schema> {
        one(
            schemas(&caller, application, options),
            &id,
            "schema",
            "/Schemas",
        )
    }
}

fn tenant_url(caller: &Caller, options: &Options) -> String {
    options.tenant_url(caller.tenant.tenant().slug.as_str())
}

fn schemas(caller: &Caller, application: &Application, options: &Options) -> Vec<Resource> {
    let mut all = vec![application.scim_user_schema(caller)];
    all.extend(discovery_schemas());
    discovery::schemas(&all, &tenant_url(caller, options))
}

fn list<T>(resources: Vec<Resource>) -> Answer<T> {
    let total = u64::try_from(resources.len()).unwrap_or(u64::MAX);
    Answer::of(&ListResponse::new(total, 1, resources))
}

/// The resource of that id; ids that are URNs match in any letter case.
fn one<T>(resources: Vec<Resource>, id: &str, thing: &str, all: &str) -> DiscoveryAnswer<T> {
    let has_id = |resource: &Resource| {
        resource
            .get("id")
            .and_then(|known| known.as_str())
            .is_some_and(|known| known.eq_ignore_ascii_case(id))
    };
    resources
        .into_iter()
        .find(has_id)
        .map(|resource| Answer::of(&resource))
        .ok_or_else(|| {
            let id = excerpt(id);
            ScimError::not_found(format!(
                "There is no {thing} with the id \"{id}\". GET {all} lists them."
            ))
            .into()
        })
}

/// A filter on a discovery document is refused (RFC 7644 section 4), since ignoring it would
/// answer something else than what was asked.
fn refuse_filter(request: &Request) -> Result<(), ScimError> {
    let query = request.uri().query().unwrap_or_default();
    if query
        .split('&')
        .any(|pair| pair.split('=').next() == Some("filter"))
    {
        return Err(ScimError::new(
            403,
            "The discovery documents can't be filtered. Leave the filter out.",
        ));
    }
    Ok(())
}

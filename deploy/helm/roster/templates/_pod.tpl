{{/* What the Pods of the servers, of the migration and of the test have in common. */}}

{{/* A setting's value as the text of a variable. Numbers from Helm are floating, and big ones would
     read as 1e+06. */}}
{{- define "roster.text" -}}
{{- if kindIs "slice" . -}}
{{- join "," . -}}
{{- else if kindIs "float64" . -}}
{{- int64 . -}}
{{- else -}}
{{- . -}}
{{- end -}}
{{- end -}}

{{/* The database, for every program; takes the root and the Secret that holds `database.url`. */}}
{{- define "roster.databaseEnv" -}}
{{- $values := .root.Values -}}
- name: ROSTER_DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ default .secret $values.database.existingSecret }}
      key: {{ ternary $values.database.existingSecretKey "url" (not (empty $values.database.existingSecret)) }}
{{- if or $values.database.listenUrl $values.database.existingSecretListenKey }}
- name: ROSTER_DATABASE_LISTEN_URL
  valueFrom:
    secretKeyRef:
      name: {{ default .secret $values.database.existingSecret }}
      key: {{ default "listen-url" $values.database.existingSecretListenKey }}
{{- end }}
{{- end -}}

{{/* The settings that stand under `settings`, and what the user adds. */}}
{{- define "roster.commonEnv" -}}
{{- range $name, $value := .Values.settings }}
- name: ROSTER_{{ upper $name }}
  value: {{ include "roster.text" $value | quote }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "roster.container" -}}
image: {{ include "roster.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  {{- toYaml .Values.securityContext | nindent 2 }}
{{- end -}}

{{/* Of the Pod, where it runs and as whom. */}}
{{- define "roster.pod" -}}
automountServiceAccountToken: {{ .Values.serviceAccount.automount }}
# Roster reads ROSTER_… variables, and those that Kubernetes would set for a Service are none of them.
enableServiceLinks: false
securityContext:
  {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.hostAliases }}
hostAliases:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.dnsConfig }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Egress to the database; the ports are those of the URLs, where there are any to read: of each of
     their hosts, or of `?port=`. */}}
{{- define "roster.databaseEgress" -}}
{{- $ports := .Values.networkPolicy.databasePorts -}}
{{- if not $ports -}}
{{- range $url := compact (list .Values.database.url .Values.database.listenUrl) -}}
{{- $hosts := regexReplaceAll "[/?].*$" (regexReplaceAll "^postgres(ql)?://([^@/]*@)?" $url "") "" -}}
{{- $default := regexFind "[?&]port=[0-9]+" $url | default "5432" -}}
{{- range splitList "," $hosts -}}
{{- $ports = append $ports (regexFind "[0-9]+$" (regexFind ":[0-9]+$" . | default $default) | int) -}}
{{- end -}}
{{- end -}}
{{- end -}}
- ports:
    {{- range uniq (default (list 5432) $ports) }}
    - {protocol: TCP, port: {{ include "roster.text" . }}}
    {{- end }}
  {{- with .Values.networkPolicy.databaseTo }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "roster.dnsEgress" -}}
- ports:
    - {protocol: UDP, port: 53}
    - {protocol: TCP, port: 53}
{{- end -}}

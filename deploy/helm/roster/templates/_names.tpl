{{/* Names and labels. */}}

{{- define "roster.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* At most 52 characters, so that the longest suffix fits into a name of 63. */}}
{{- define "roster.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What selects the Pods of the servers; it never changes over the life of a release. */}}
{{- define "roster.selectorLabels" -}}
{{ include "roster.releaseLabels" . }}
app.kubernetes.io/component: server
{{- end -}}

{{- define "roster.releaseLabels" -}}
app.kubernetes.io/name: {{ include "roster.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* The labels of every object, but for its component. */}}
{{- define "roster.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "roster.releaseLabels" . }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | trunc 63 | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "roster.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "roster.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* An account that is there before the installation. */}}
{{- define "roster.migrationServiceAccountName" -}}
{{- if .Values.migration.serviceAccountName -}}
{{- .Values.migration.serviceAccountName -}}
{{- else if .Values.serviceAccount.create -}}
default
{{- else -}}
{{- include "roster.serviceAccountName" . -}}
{{- end -}}
{{- end -}}

{{- define "roster.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{/* The host of the servers, as far as the Ingress or the HTTPRoute tells. */}}
{{- define "roster.firstHost" -}}
{{- if and .Values.ingress.enabled .Values.ingress.hosts -}}
{{- (first .Values.ingress.hosts).host -}}
{{- else if and .Values.httpRoute.enabled .Values.httpRoute.hostnames -}}
{{- first .Values.httpRoute.hostnames -}}
{{- end -}}
{{- end -}}

{{/* Where the world reaches the servers. */}}
{{- define "roster.publicUrl" -}}
{{- $host := include "roster.firstHost" . -}}
{{- if .Values.publicUrl -}}
{{- .Values.publicUrl -}}
{{- else if $host -}}
{{- printf "https://%s" $host -}}
{{- else -}}
http://localhost:8080
{{- end -}}
{{- end -}}

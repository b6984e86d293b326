{{/* What values.schema.json can't say, since two values must be compared. */}}

{{- define "roster.checks" -}}
{{- $needed := add .Values.preStopSleepSeconds 40 | int -}}
{{- if lt (int .Values.terminationGracePeriodSeconds) $needed -}}
{{- fail (printf "terminationGracePeriodSeconds must be at least %d: a server takes up to 40 seconds to finish what is in flight and to send the last telemetry, after preStopSleepSeconds (%d)." $needed (int .Values.preStopSleepSeconds)) -}}
{{- end -}}
{{- with .Values.autoscaling -}}
{{- if and .enabled (gt (int .minReplicas) (int .maxReplicas)) -}}
{{- fail (printf "autoscaling.minReplicas (%d) must not be more than autoscaling.maxReplicas (%d)." (int .minReplicas) (int .maxReplicas)) -}}
{{- end -}}
{{- end -}}
{{- $url := include "roster.publicUrl" . -}}
{{- if contains "*" $url -}}
{{- fail (printf "publicUrl must be set to an address without an asterisk, where Okta can reach Roster; it would be %s." $url) -}}
{{- end -}}
{{- with .Values.updateStrategy -}}
{{- if and (not $.Values.sqlite.enabled) (has (toString .maxSurge) (list "0" "0%")) (has (toString .maxUnavailable) (list "0" "0%")) -}}
{{- fail "updateStrategy.maxSurge and updateStrategy.maxUnavailable must not both be 0: no server could be replaced." -}}
{{- end -}}
{{- end -}}
{{- $fullname := include "roster.fullname" . -}}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $fullname) -}}
{{- fail (printf "The release makes a Service called %q, which must begin with a letter and hold letters, digits and hyphens alone. Set fullnameOverride." $fullname) -}}
{{- end -}}
{{- if eq (int .Values.containerPorts.http) (int .Values.containerPorts.metrics) -}}
{{- fail "containerPorts.http and containerPorts.metrics must not be the same port." -}}
{{- end -}}
{{- end -}}

{{/* What values.schema.json can't say, since two values must be compared. */}}

{{- define "roster.checks" -}}
{{- $needed := add .Values.preStopSleepSeconds 34 | int -}}
{{- if lt (int .Values.terminationGracePeriodSeconds) $needed -}}
{{- fail (printf "terminationGracePeriodSeconds must be at least %d: a server takes up to 34 seconds to finish what is in flight and to send the last telemetry, after preStopSleepSeconds (%d)." $needed (int .Values.preStopSleepSeconds)) -}}
{{- end -}}
{{- with .Values.autoscaling -}}
{{- if and .enabled (gt (int .minReplicas) (int .maxReplicas)) -}}
{{- fail (printf "autoscaling.minReplicas (%d) must not be more than autoscaling.maxReplicas (%d)." (int .minReplicas) (int .maxReplicas)) -}}
{{- end -}}
{{- end -}}
{{- if eq (int .Values.containerPorts.http) (int .Values.containerPorts.metrics) -}}
{{- fail "containerPorts.http and containerPorts.metrics must not be the same port." -}}
{{- end -}}
{{- end -}}

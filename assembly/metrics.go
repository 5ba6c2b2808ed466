package assembly

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/attribute"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/opentelemetry"

	"pimnotify/audit"
)

// newMetrics makes the handler that Temporal's SDK reports to, the registry for what is our own, and the page on which Prometheus reads
// both. Files are those that are read again on change, each with what is wrong with it now; lines are those of the audit, if there are any.
func newMetrics(files map[string]func() error, lines *audit.Lines) (client.MetricsHandler, *prometheus.Registry, http.Handler, error) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for name, problem := range files {
		registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "pimnotify_file_refused", ConstLabels: prometheus.Labels{"file": name},
			Help: "1 while the file as it lies there is refused and the last good one holds.",
		}, func() float64 {
			if problem() != nil {
				return 1
			}
			return 0
		}))
	}
	if lines != nil {
		registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "pimnotify_audit_lines_lost_total",
			Help: "Entries of the audit whose lines could not be written. The ledger has them.",
		}, func() float64 { return float64(lines.Lost()) }))
	}
	exporter, err := otelprometheus.New(otelprometheus.WithRegisterer(registry))
	if err != nil {
		return nil, nil, nil, err
	}
	// Whatever the program's file is called, it is this program.
	name, err := resource.Merge(resource.Default(), resource.NewSchemaless(attribute.String("service.name", "pimnotify")))
	if err != nil {
		return nil, nil, nil, err
	}
	provider := metric.NewMeterProvider(metric.WithReader(exporter), metric.WithResource(name))
	handler := opentelemetry.NewMetricsHandler(opentelemetry.MetricsHandlerOptions{Meter: provider.Meter("temporal-sdk-go")})
	return handler, registry, promhttp.HandlerFor(registry, promhttp.HandlerOpts{}), nil
}

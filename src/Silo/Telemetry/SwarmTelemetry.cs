using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace SwarmCompute.Silo.Telemetry;

/// <summary>Metrics and traces of the runtime, the grains and the web API, by OTLP. On when the standard variable names a collector, else absent.</summary>
internal static class SwarmTelemetry
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private static readonly string[] Meters = ["Microsoft.Orleans", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];
    private static readonly string[] Sources = ["Microsoft.Orleans.Application", "Microsoft.Orleans.Runtime", "Microsoft.AspNetCore"];

    /// <summary>Whether a collector is named.</summary>
    public static bool IsOn => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(EndpointVariable));

    /// <summary>Adds it where a collector is named.</summary>
    public static void AddTo(IServiceCollection services, string node)
    {
        if (!IsOn) return;
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("swarm-silo", serviceInstanceId: node))
            .WithMetrics(metrics => metrics.AddMeter(Meters))
            .WithTracing(traces => traces.AddSource(Sources))
            .UseOtlpExporter();
    }
}

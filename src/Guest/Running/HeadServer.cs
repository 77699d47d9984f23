using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using SwarmCompute.Inference;

namespace SwarmCompute.Guest.Running;

/// <summary>The head's HTTPS endpoint for clients: TLS 1.3 under the guest's certificate. Listens before the model is loaded; until then it answers 503.</summary>
internal sealed class HeadServer : IAsyncDisposable
{
    private const int ConnectionsMax = 256;
    private const string MetricsPath = "/metrics";

    private static readonly TimeSpan HeaderTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan HandshakeTime = TimeSpan.FromSeconds(10);
    private static readonly byte[] NotLoaded =
        """{"error":{"message":"The model is not loaded yet.","type":"server_error","param":null,"code":"not_ready"}}"""u8.ToArray();

    private readonly WebApplication _application;
    private readonly MeterProvider _metrics = Sdk.CreateMeterProviderBuilder().AddMeter(OpenAiModel.MeterName).AddPrometheusExporter().Build();
    private volatile RequestDelegate _serve = AnswerNotLoaded;

    private HeadServer(WebApplication application) => _application = application;

    /// <summary>Where it listens.</summary>
    public Uri Endpoint { get; private set; } = null!;

    /// <exception cref="GuestException">The address cannot be listened on.</exception>
    public static async Task<HeadServer> Start(IPAddress address, X509Certificate2 certificate, CancellationToken cancel)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());             // no configuration from files or the environment
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = OpenAiEndpoints.RequestBytesMax;
            kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
            kestrel.Limits.RequestHeadersTimeout = HeaderTime;
            kestrel.Listen(address, 0, listen => listen.UseHttps(TlsOptions(certificate)));
        });
        builder.Services.AddRoutingCore();
        var server = new HeadServer(builder.Build());
        server._application.Run(context => server._serve(context));
        try
        {
            await server._application.StartAsync(cancel);
        }
        catch (IOException fault)
        {
            await server.DisposeAsync();
            throw new GuestException($"Cannot listen for clients on {address}: {fault.Message}", fault);
        }
        var addresses = server._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        server.Endpoint = new Uri(addresses.Single());
        return server;
    }

    /// <summary>Serves these endpoints from now on, and <c>/metrics</c> for Prometheus.</summary>
    /// <param name="map">Adds the endpoints.</param>
    /// <param name="keys">Whose keys are asked for; null (default): anyone may ask.</param>
    public void Serve(Action<IEndpointRouteBuilder> map, ApiKeys? keys = null)
    {
        var branch = new ApplicationBuilder(_application.Services);
        if (keys is not null) branch.UseApiKeys(keys);
        branch.UseOpenTelemetryPrometheusScrapingEndpoint(_metrics, predicate: null, MetricsPath, configureBranchedPipeline: null, optionsName: null);
        branch.UseRouting();
        branch.UseEndpoints(map);
        _serve = branch.Build();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _metrics.Dispose();
    }

    private static Task AnswerNotLoaded(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "application/json";
        return context.Response.Body.WriteAsync(NotLoaded, context.RequestAborted).AsTask();
    }

    private static TlsHandshakeCallbackOptions TlsOptions(X509Certificate2 certificate)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
            EnabledSslProtocols = SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        };
        return new TlsHandshakeCallbackOptions { HandshakeTimeout = HandshakeTime, OnConnection = _ => ValueTask.FromResult(options) };
    }
}

using System.Net;
using System.Security.Authentication;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using SwarmCompute.Silo.Tls;

namespace SwarmCompute.Silo.Web;

/// <summary>Puts the web API onto HTTPS with the silo's certificate, everything bounded.</summary>
internal static partial class WebHosting
{
    private const int ConnectionsMax = 1024;

    /// <summary>Listens at an address; clients know the silo by the authority's root, not by a name.</summary>
    public static void ListenOn(KestrelServerOptions kestrel, IPAddress address, int port, SiloCredentials credentials)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
        kestrel.Limits.MaxRequestBodySize = ManifestLimits.BytesMax + 1;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Listen(address, port, endpoint => endpoint.UseHttps(new HttpsConnectionAdapterOptions
        {
            ServerCertificate = credentials.Certificate,
            SslProtocols = SslProtocols.Tls13,
            ClientCertificateMode = ClientCertificateMode.NoCertificate,
            HandshakeTimeout = TimeSpan.FromSeconds(10),
        }));
    }

    /// <summary>Adds the routes, and an answer for when the swarm gives none.</summary>
    public static void UseSwarm(this WebApplication app)
    {
        app.Use(async (context, next) =>
        {
            try
            {
                await next(context);
            }
            catch (Microsoft.AspNetCore.Http.BadHttpRequestException e)
            {
                await SwarmEndpoints.Refuse(context, e.StatusCode, e.Message);
            }
            catch (Exception e) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
            {
                // Whatever a grain call brings back: a silo died, the store is away, time is up. The next silo, or the next attempt, may know.
                LogNoAnswer(app.Logger, context.Request.Path, e);
                await SwarmEndpoints.Refuse(context, StatusCodes.Status503ServiceUnavailable, $"The swarm does not answer now ({e.GetType().Name}); try again, or another silo.");
            }
        });
        app.MapSwarm();
    }

    /// <summary>Where it listens, once it does.</summary>
    public static string AddressOf(WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    [LoggerMessage(5601, LogLevel.Warning, "{Path} has no answer")]
    private static partial void LogNoAnswer(ILogger log, PathString path, Exception why);
}

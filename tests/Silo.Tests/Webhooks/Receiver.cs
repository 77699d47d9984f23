using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SwarmCompute.Chain.Webhooks;

namespace SwarmCompute.Silo.Tests.Webhooks;

/// <summary>A customer's receiver: a real HTTP server on loopback.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly WebApplication _app;
    private readonly X509Certificate2? _certificate;

    private Receiver(WebApplication app, X509Certificate2? certificate)
    {
        (_app, _certificate) = (app, certificate);
        Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }

    public string Url { get; }

    /// <summary>Every request: its headers, its method and path, its body.</summary>
    public ConcurrentQueue<(Dictionary<string, string?> Headers, string Line, byte[] Body)> Came { get; } = [];

    /// <summary>The ids of what came, as it came.</summary>
    public string[] Ids => [.. Came.Select(c => c.Headers[WebhookHeaders.Id]!)];

    /// <summary>Waits until what came is as wanted.</summary>
    public async Task Until(Func<string[], bool> wanted, CancellationToken cancel)
    {
        for (var begun = TimeProvider.System.GetTimestamp(); !wanted(Ids); await Task.Delay(20, cancel))
            if (TimeProvider.System.GetElapsedTime(begun) > Patience) throw new TimeoutException($"What came is {string.Join(", ", Ids)}.");
    }

    /// <param name="answer">Answers, once the request is noted.</param>
    /// <param name="tls">Whether it speaks TLS, with a certificate that nobody trusts.</param>
    public static async Task<Receiver> Start(RequestDelegate answer, bool tls = false)
    {
        var certificate = tls ? SelfSigned() : null;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(o => o.Listen(IPAddress.Loopback, 0, l => { if (certificate is not null) l.UseHttps(certificate); }));
        var app = builder.Build();
        Receiver? receiver = null;
        app.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            var headers = context.Request.Headers.ToDictionary(h => h.Key, h => (string?)h.Value, StringComparer.OrdinalIgnoreCase);
            receiver!.Came.Enqueue((headers, $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}", body.ToArray()));
            await answer(context);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return receiver = new Receiver(app, certificate);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);                                     // without waiting for answers that never come
        await _app.DisposeAsync();
        _certificate?.Dispose();
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }
}

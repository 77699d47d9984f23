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
using SwarmCompute.Attestation;

namespace SwarmCompute.Client.Tests;

/// <summary>A peer on loopback with a certificate of the given authority: real TLS and HTTP, scripted answers.</summary>
internal sealed class FakeSwarm : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly X509Certificate2 _certificate;

    private FakeSwarm(WebApplication app, X509Certificate2 certificate)
    {
        _app = app;
        _certificate = certificate;
        Endpoint = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public Uri Endpoint { get; }

    public static async Task<FakeSwarm> Start(
        CertificateAuthority authority, SwarmIdentity identity, RequestDelegate answer, Func<ECDsa, Attestation.Evidence>? evidence = null)
    {
        var certificate = Certify(authority, identity, evidence);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(o => o.Listen(IPAddress.Loopback, 0, l => l.UseHttps(certificate)));
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new FakeSwarm(app, certificate);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate.Dispose();
    }

    private static X509Certificate2 Certify(CertificateAuthority authority, SwarmIdentity identity, Func<ECDsa, Attestation.Evidence>? evidence)
    {
        using var key = P256.CreateKey();
        using var certificate = authority.Issue(identity, key, TimeSpan.FromHours(1), evidence is null ? null : EvidenceExtension.Create(evidence(key)));
        return certificate.CopyWithPrivateKey(key);
    }
}

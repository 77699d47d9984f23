using System.Net;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;
using SwarmCompute.Guest.Authority;

namespace SwarmCompute.Guest.Tests;

/// <summary>The authority as a child process, with a root of its own.</summary>
internal sealed class AuthorityProcess : IAsyncDisposable
{
    private readonly DirectoryInfo _directory;

    private AuthorityProcess(DirectoryInfo directory, GuestProcess process, CertificateAuthority root, IPEndPoint endpoint)
    {
        _directory = directory;
        Process = process;
        Root = root;
        Endpoint = endpoint;
    }

    public GuestProcess Process { get; }

    public CertificateAuthority Root { get; }

    public IPEndPoint Endpoint { get; }

    public static async Task<AuthorityProcess> Start(CancellationToken cancel, params string[] more)
    {
        var directory = Directory.CreateTempSubdirectory("authority-");
        var root = CertificateAuthority.Create(TimeProvider.System);
        root.Save(directory.FullName);
        var process = GuestProcess.Start(["authority", "--directory", directory.FullName, "--listen", "127.0.0.1:0", "--development-chain", "31337", .. more]);
        var ready = CanonicalJson.ParseObject(System.Text.Encoding.UTF8.GetBytes(await process.ReadLine(cancel)), 10_000);
        Assert.Equal(Convert.ToBase64String(root.Root.RawData), ready["root"]!.GetValue<string>());
        return new AuthorityProcess(directory, process, root, IPEndPoint.Parse(ready["endpoint"]!.GetValue<string>()));
    }

    public AuthorityClient Client(X509Certificate2? root = null) => new(Endpoint, root ?? Root.Root, TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        Root.Dispose();
        _directory.Delete(recursive: true);
    }
}

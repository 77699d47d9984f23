using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;
using SwarmCompute.Attestation.Tests;
using SwarmCompute.Guest.Authority;

namespace SwarmCompute.Guest.Tests;

/// <summary>The authority as a process, which is given the keys of Arm's platforms.</summary>
public sealed class PlatformKeyProcessTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("platforms-");
    private readonly CcaMint _platform = new();
    private readonly CcaMint _other = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Keys => _folder.CreateSubdirectory("keys").FullName;

    public void Dispose()
    {
        _platform.Dispose();
        _other.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_guest_on_Arm_is_certified_by_its_platforms_key_in_a_file_or_a_folder(bool isFolder)
    {
        var file = Write("node-1.pem", _platform);
        await using var authority = await Start(isFolder ? Keys : file);
        using var key = P256.CreateKey();
        var certified = await authority.Client().Certify(await Request(authority, key), key, Cancel);

        using var leaf = X509CertificateLoader.LoadCertificate(certified.Certificate);
        Assert.Equal("cca", EvidenceExtension.TryRead(leaf)!.Type);
    }

    [Fact]
    public async Task A_guest_on_Arm_is_refused_by_an_authority_that_was_given_no_keys_and_may_ask_again()
    {
        await using var authority = await Start(keys: null);
        using var key = P256.CreateKey();
        var fault = await Refused(authority, key);
        Assert.StartsWith("The authority refuses: Rejected for its platform key (no key is known for instance", fault.Message, StringComparison.Ordinal);
        Assert.True(fault.IsTransient);
    }

    [Fact]
    public async Task Keys_that_are_added_count_without_a_new_start_and_a_wrong_file_changes_nothing()
    {
        Write("other.pem", _other);
        await using var authority = await Start(Keys);
        using var key = P256.CreateKey();
        Assert.Contains("platform signature (no trusted key signed it)", (await Refused(authority, key)).Message, StringComparison.Ordinal);

        await File.WriteAllTextAsync(Path.Combine(Keys, "node-1.pem"), "not yet", Cancel);
        await Logged(authority, "has changed and cannot be used; the platform keys before it hold on: node-1.pem: A platform key is PEM or JWK");
        Write("node-1.pem", _platform);
        await Logged(authority, "platform keys from now on: 2");
        Assert.NotEmpty((await authority.Client().Certify(await Request(authority, key), key, Cancel)).Certificate);
    }

    [Theory]
    [InlineData("x", "cannot be used: node-1.pem: A platform key is PEM or JWK")]
    [InlineData("", "cannot be used: node-1.pem: it is empty")]
    [InlineData(null, "cannot be used: there is no file in it")]
    public async Task Keys_that_cannot_be_used_start_no_authority_and_one_line_says_why(string? text, string why)
    {
        if (text is not null) await File.WriteAllTextAsync(Path.Combine(Keys, "node-1.pem"), text, Cancel);
        using var root = CertificateAuthority.Create(TimeProvider.System);
        root.Save(_folder.FullName);
        await using var process = GuestProcess.Start("authority", "--directory", _folder.FullName, "--listen", "127.0.0.1:0", "--platform-keys", Keys);
        Assert.Equal(1, await process.Exited(Cancel));
        Assert.Contains($"--platform-keys {Keys} {why}", process.Errors, StringComparison.Ordinal);
        Assert.Single(process.Errors.Trim().Split('\n'));
    }

    // Written beside and renamed, as an operator should.
    private string Write(string name, CcaMint platform)
    {
        var path = Path.Combine(Keys, name);
        File.WriteAllText(Path.Combine(_folder.FullName, name), platform.PlatformPem);
        File.Move(Path.Combine(_folder.FullName, name), path, overwrite: true);
        return path;
    }

    private async Task<AuthorityProcess> Start(string? keys)
    {
        var policy = Path.Combine(_folder.FullName, "policy.json");
        await File.WriteAllTextAsync(policy, """{"types":["cca"]}""", Cancel);
        return await AuthorityProcess.Start(Cancel, ["--policy", policy, .. keys is null ? Array.Empty<string>() : ["--platform-keys", keys]]);
    }

    private async Task<CertifyRequest> Request(AuthorityProcess authority, ECDsa key)
    {
        var manifest = CertifyCase.Manifest(authority.Root.KeyHash) with { Tee = ["cca"] };
        var request = CertifyCase.Request(key, manifest, await authority.Client().Challenge(key, Cancel));
        var (bytes, reportData) = EvidenceClaims.TryRead(request.Evidence.Claims)!.Bind();
        reportData.CopyTo(_platform.Challenge, 0);
        return request with { Evidence = new Evidence("cca", _platform.Token(), bytes) };
    }

    private async Task<GuestException> Refused(AuthorityProcess authority, ECDsa key)
    {
        var request = await Request(authority, key);
        return await Assert.ThrowsAsync<GuestException>(() => authority.Client().Certify(request, key, Cancel));
    }

    private static async Task Logged(AuthorityProcess authority, string line)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        bound.CancelAfter(Patience);
        while (!authority.Process.Errors.Contains(line, StringComparison.Ordinal)) await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, bound.Token);
    }
}

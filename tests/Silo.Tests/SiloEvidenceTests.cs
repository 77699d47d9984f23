using System.Security.Cryptography;
using System.Text.Json.Nodes;
using SwarmCompute.Attestation;
using SwarmCompute.Attestation.Tests;
using SwarmCompute.Silo.Tests.Support;

namespace SwarmCompute.Silo.Tests;

/// <summary>Silos, as processes, whose certificates must carry evidence. It is of the development type, or of a platform of Arm's that is the tests' own: nothing vouches for this machine.</summary>
[Collection("real silos")]        // one at a time
public sealed class SiloEvidenceTests(DevelopmentChain chain) : IAsyncDisposable
{
    private const string Accepting = """{"types":["development"]}""";

    private readonly TestSwarm _swarm = TestSwarm.Start(chain);
    private readonly CcaMint _arm = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync()
    {
        _arm.Dispose();
        return _swarm.DisposeAsync();
    }

    [Fact]
    public async Task Silos_with_evidence_link_and_one_without_gets_no_link()
    {
        var first = _swarm.Launch(WithEvidence("node-1", 1));
        var second = _swarm.Launch(WithEvidence("node-2", 2));
        foreach (var silo in new[] { first, second }) await silo.WaitUntilReady(Cancel);
        await first.WaitFor("/v1/swarm", s => Active(s) == 2, Cancel);

        var bare = _swarm.Launch(_swarm.Configure("node-3", 3));
        while (!first.LogText.Contains("carries no evidence", StringComparison.Ordinal)) await Task.Delay(50, Cancel);
        var swarm = await second.WaitFor("/v1/swarm", s => Active(s) == 2, Cancel);
        Assert.DoesNotContain(swarm["silos"]!.AsArray(), m => (string?)m!["node"] == "node-3" && (string?)m["status"] == "Active");
        bare.Kill();
    }

    [Fact]
    public async Task A_policy_that_accepts_the_others_no_more_ends_their_links()
    {
        var first = _swarm.Launch(WithEvidence("node-1", 1));
        var second = _swarm.Launch(WithEvidence("node-2", 2));
        foreach (var silo in new[] { first, second }) await silo.WaitUntilReady(Cancel);
        await first.WaitFor("/v1/swarm", s => Active(s) == 2, Cancel);

        await File.WriteAllTextAsync(PolicyOf("node-1"), $$"""{"types":["development"],"revokedMeasurements":["{{DevelopmentEvidence.LeaseMeasurement}}"]}""", Cancel);
        while (!first.LogText.Contains("no longer accepted", StringComparison.Ordinal)) await Task.Delay(50, Cancel);
    }

    [Fact]
    public async Task A_silo_whose_own_certificate_carries_no_evidence_does_not_start()
    {
        var configuration = _swarm.Configure("node-1");
        await File.WriteAllTextAsync(PolicyOf("node-1"), Accepting, Cancel);
        configuration["Tls"]!["EvidencePolicyFile"] = "policy.json";
        var silo = _swarm.Launch(configuration);
        Assert.Contains("carries no evidence", (string?)(await silo.FirstLine(Cancel))["error"], StringComparison.Ordinal);
        Assert.Equal(1, await silo.WaitForExit(Cancel));
    }

    [Fact]
    public async Task Silos_on_Arm_link_by_their_platforms_key_until_it_is_trusted_no_more()
    {
        var first = _swarm.Launch(OnArm("node-1", 1));
        var second = _swarm.Launch(OnArm("node-2", 2));
        foreach (var silo in new[] { first, second }) await silo.WaitUntilReady(Cancel);
        await first.WaitFor("/v1/swarm", s => Active(s) == 2, Cancel);

        using var other = new CcaMint();
        await File.WriteAllTextAsync(KeysOf("node-1"), other.PlatformPem, Cancel);
        while (!first.LogText.Contains("no longer accepted", StringComparison.Ordinal)) await Task.Delay(50, Cancel);
        Assert.Contains("platform keys from now on: 1", first.LogText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silo_whose_own_platforms_key_is_not_trusted_does_not_start()
    {
        using var other = new CcaMint();
        var configuration = OnArm("node-1", 1);
        await File.WriteAllTextAsync(KeysOf("node-1"), other.PlatformPem, Cancel);
        Assert.Contains("no trusted key signed it", await Refusal(configuration), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Platform_keys_that_cannot_be_used_or_have_no_policy_start_no_silo()
    {
        var configuration = OnArm("node-1", 1);
        configuration["Tls"]!["PlatformKeysPath"] = "policy.json";
        Assert.Contains("policy.json cannot be used: policy.json: A platform key is PEM or JWK", await Refusal(configuration), StringComparison.Ordinal);
        configuration["Tls"]!["EvidencePolicyFile"] = "";
        Assert.Contains("Tls:PlatformKeysPath is ", await Refusal(configuration), StringComparison.Ordinal);
    }

    private async Task<string> Refusal(JsonObject configuration)
    {
        var silo = _swarm.Launch(configuration);
        var error = (string?)(await silo.FirstLine(Cancel))["error"];
        Assert.Equal(1, await silo.WaitForExit(Cancel));
        return error ?? "";
    }

    private JsonObject OnArm(string node, int number)
    {
        var configuration = WithEvidence(node, number, key =>
        {
            var (bytes, reportData) = AttestedCertificate.ClaimsFor(key).Bind();
            reportData.CopyTo(_arm.Challenge, 0);
            return new Evidence("cca", _arm.Token(), bytes);
        });
        File.WriteAllText(PolicyOf(node), """{"types":["cca"]}""");
        File.WriteAllText(KeysOf(node), _arm.PlatformPem);
        configuration["Tls"]!["PlatformKeysPath"] = "platform.pem";
        return configuration;
    }

    private JsonObject WithEvidence(string node, int number, Func<ECDsa, Evidence>? evidence = null)
    {
        var configuration = _swarm.Configure(node, number);
        var folder = Path.Combine(_swarm.Directory.FullName, node);
        using var key = P256.CreateKey();
        using var certificate = _swarm.Authority.Issue(new SwarmIdentity.Silo(new NodeId(node)), key, TimeSpan.FromDays(1), EvidenceExtension.Create((evidence ?? Evidence)(key)));
        File.WriteAllText(Path.Combine(folder, "silo.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "silo.key.pem"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(PolicyOf(node), Accepting);
        configuration["Tls"]!["EvidencePolicyFile"] = "policy.json";
        return configuration;
    }

    private string PolicyOf(string node) => Path.Combine(_swarm.Directory.FullName, node, "policy.json");

    private string KeysOf(string node) => Path.Combine(_swarm.Directory.FullName, node, "platform.pem");

    private static Evidence Evidence(ECDsa key)
    {
        var (bytes, reportData) = AttestedCertificate.ClaimsFor(key).Bind();
        return new Evidence(Manifest.Development, DevelopmentEvidence.Create(reportData, Hash32.Sha256([2])), bytes);
    }

    private static int Active(JsonNode swarm) => swarm["silos"]!.AsArray().Count(m => (string?)m!["status"] == "Active");
}

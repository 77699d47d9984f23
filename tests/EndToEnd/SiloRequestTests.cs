using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.EndToEnd;

/// <summary>A silo's certificate with evidence, from the machine's request to the authority's answer, on the command line.</summary>
public sealed class SiloRequestTests : IDisposable
{
    private const string EvidenceOid = "2.23.133.5.4.9";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_request_with_evidence_becomes_a_certificate_that_carries_it()
    {
        Assert.Equal(0, await Guest("request", "--key", _folder.File("silo.key.pem"), "--out", _folder.File("request.pem"), "--development"));
        await Succeeds("authority", "create", _folder.File("authority"));
        await Succeeds([.. Issue("out"), "--request", _folder.File("request.pem"), "--policy", _folder.Write("policy.json", """{"types":["development"]}"""u8), "--chain-id", "31337"]);

        using var certificate = X509Certificate2.CreateFromPemFile(_folder.File("out/node-1.pem"), _folder.File("silo.key.pem"));
        Assert.True(certificate.HasPrivateKey);
        Assert.Contains(certificate.Extensions, e => e.Oid?.Value == EvidenceOid);

        var judged = await SwarmCli.Run("evidence", "verify", "--evidence", _folder.File("out/node-1.pem"));
        Assert.Equal(3, judged.ExitCode);                    // development evidence proves nothing to anyone
        Assert.Contains("ok     report data", judged.Output, StringComparison.Ordinal);
        Assert.Contains("FAILED development chain", judged.Output, StringComparison.Ordinal);
        var shown = await SwarmCli.Run("evidence", "inspect", _folder.File("out/node-1.pem"));
        Assert.Contains("development evidence in a certificate", shown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_shows_too_little_is_refused_and_nothing_is_written()
    {
        Assert.Equal(0, await Guest("request", "--key", _folder.File("silo.key.pem"), "--out", _folder.File("request.pem"), "--development"));
        await Succeeds("authority", "create", _folder.File("authority"));
        var accepting = _folder.Write("policy.json", """{"types":["development"]}"""u8);
        string[] request = [.. Issue("out"), "--request", _folder.File("request.pem")];

        await SwarmCli.Refused("--request needs --policy", request);
        await SwarmCli.Refused("development evidence is refused", [.. request, "--policy", accepting]);
        await SwarmCli.Refused("development evidence is refused", [.. request, "--policy", accepting, "--chain-id", "56"]);
        await SwarmCli.Refused("TEE type", [.. request, "--policy", _folder.Write("strict.json", "{}"u8), "--chain-id", "31337"]);
        await SwarmCli.Refused("is no request", [.. Issue("out"), "--request", accepting, "--policy", accepting]);
        Assert.False(Directory.Exists(_folder.File("out")));
    }

    [Fact]
    public async Task A_request_writes_over_nothing_and_leaves_no_half()
    {
        var there = _folder.Write("request.pem", "mine"u8);
        Assert.Equal(1, await Guest("request", "--key", _folder.File("silo.key.pem"), "--out", there, "--development"));
        Assert.False(File.Exists(_folder.File("silo.key.pem")));
        Assert.Equal("mine", await File.ReadAllTextAsync(there, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Without_hardware_a_request_says_so_and_writes_nothing()
    {
        Assert.Equal(1, await Guest("request", "--key", _folder.File("silo.key.pem"), "--out", _folder.File("request.pem")));
        Assert.False(File.Exists(_folder.File("silo.key.pem")));
    }

    private string[] Issue(string output) => ["authority", "silo", _folder.File("authority"), "--node", "node-1", "--out", _folder.File(output)];

    private static async Task Succeeds(params string[] arguments)
    {
        var (exitCode, output, errors) = await SwarmCli.Run(arguments);
        Assert.True(exitCode == 0, output + errors);
    }

    private static async Task<int> Guest(params string[] arguments)
    {
        using var guest = Process.Start(Path.Combine(SwarmCli.Root, "artifacts", "bin", "Guest", "release", "SwarmCompute.Guest"), arguments);
        await guest.WaitForExitAsync(TestContext.Current.CancellationToken);
        return guest.ExitCode;
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace SwarmCompute.EndToEnd;

/// <summary>Evidence and measurements on the command line: what is no evidence is refused with a code, what cannot be read in one line.</summary>
public sealed class EvidenceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_quote_that_is_none_is_rejected_with_a_code()
    {
        var quote = new byte[1000];
        (quote[0], quote[4]) = (4, 0x81);
        var (exitCode, output, _) = await SwarmCli.Run(["evidence", "verify", "--evidence", Write("quote", quote), "--json"]);
        Assert.Equal(3, exitCode);
        using var json = JsonDocument.Parse(output);
        Assert.Equal(("reject", "tdx"), (json.RootElement.GetProperty("verdict").GetString(), json.RootElement.GetProperty("type").GetString()));
        Assert.NotEmpty(json.RootElement.GetProperty("errors")[0].GetProperty("code").GetString()!);
    }

    [Theory]
    [InlineData("bytes", "no evidence that its first bytes tell the type of")]
    [InlineData("", "no evidence that its first bytes tell the type of")]
    public Task What_has_no_type_is_named(string text, string said) => SwarmCli.Refused(said, "evidence", "verify", "--evidence", Write("what", Encoding.ASCII.GetBytes(text)));

    [Fact]
    public async Task What_is_given_beside_it_is_read_first()
    {
        var report = Write("report", new byte[1184]);
        await SwarmCli.Refused("--at is soon", "evidence", "verify", "--type", "snp", "--evidence", report, "--at", "soon");
        await SwarmCli.Refused("is no type of evidence", "evidence", "verify", "--type", "sev", "--evidence", report);
        await SwarmCli.Refused("no self-signed certificate", "evidence", "verify", "--type", "snp", "--evidence", report, "--allow-test-root");
        await SwarmCli.Refused("is no certificate", "evidence", "verify", "--type", "snp", "--evidence", report, "--root", report);
        await SwarmCli.Refused("is no policy", "evidence", "verify", "--type", "snp", "--evidence", report, "--policy", report);
        await SwarmCli.Refused("is no JSON", "evidence", "verify-cases", report);
    }

    [Fact]
    public async Task What_lies_beside_evidence_is_shown_too()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=a\u001b[31mroot", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(90));
        var (exitCode, output, errors) = await SwarmCli.Run(["evidence", "inspect", Write("root.cer", certificate.RawData)]);
        Assert.True(exitCode == 0, errors);
        Assert.Contains("certificate of 'a?[31mroot'", output, StringComparison.Ordinal);
        (exitCode, output, errors) = await SwarmCli.Run(["evidence", "inspect", Write("key.pem", Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem()))]);
        Assert.True(exitCode == 0, errors);
        Assert.Contains("platform key of 256 bits", output, StringComparison.Ordinal);
        await SwarmCli.Refused("carries no evidence", "evidence", "verify", "--evidence", _folder.File("root.cer"));
        await SwarmCli.Refused("no evidence that its first bytes tell", "evidence", "inspect", Write("noise", new byte[100]));
    }

    [Fact]
    public async Task An_event_log_is_replayed()
    {
        var digest = SHA384.HashData("event"u8);
        var log = Write("log", Encoding.ASCII.GetBytes($$"""[{"imr":1,"event_type":1,"digest":"{{Convert.ToHexStringLower(digest)}}","event":"","event_payload":""}]"""));
        var (exitCode, output, errors) = await SwarmCli.Run(["measure", "replay", log, "--json"]);
        Assert.True(exitCode == 0, errors);
        using var json = JsonDocument.Parse(output);
        Assert.Equal(Convert.ToHexStringLower(SHA384.HashData([.. new byte[48], .. digest])), json.RootElement.GetProperty("rtmr1").GetString());
        await SwarmCli.Refused("no OVMF image", "measure", "snp", "--firmware", log);
        await SwarmCli.Refused("no TDX firmware", "measure", "tdx", "--firmware", log);
    }

    public void Dispose() => _folder.Dispose();

    private string Write(string name, byte[] bytes)
    {
        var path = _folder.File(name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}

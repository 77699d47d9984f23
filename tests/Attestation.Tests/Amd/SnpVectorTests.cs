using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace SwarmCompute.Attestation.Tests.Amd;

public sealed class SnpVectorTests
{
    private static readonly SnpPolicy NoList = SnpPolicy.Strict with { RequireRevocationList = false };      // no list of AMD's is at hand

    [Fact]
    public void All_synthetic_cases_agree() => VectorFolder.Use("snp", folder =>
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "synthetic", "cases.json")));
        var cas = file.RootElement.GetProperty("ca");
        var wrong = new List<string>();
        foreach (var one in file.RootElement.GetProperty("cases").EnumerateArray())
        {
            var ca = cas.GetProperty(one.GetProperty("line").GetString()!);
            var result = Judge(one, ca, SnpPolicy.Strict);
            var expected = one.GetProperty("expect").GetString()!;
            if (!Agrees(expected, result)) wrong.Add($"{one.GetProperty("name")}: {expected}, but {result.Verdict} {Codes(result)}");
        }
        Assert.Empty(wrong);
    });

    [Theory]
    [InlineData("milan_v2", "2024-01-01", "")]
    [InlineData("milan_v2_debugpolicy", "2024-01-01", "snp.policy.debug")]
    [InlineData("milan_v2_provisional", "2024-01-01", "snp.firmware.provisional")]
    [InlineData("milan_v3", "2025-06-01", "")]
    [InlineData("milan_v3_dstack", "2026-07-01", "")]
    [InlineData("genoa_v3", "2025-08-01", "")]
    [InlineData("genoa_v3_azure", "2026-01-01", "")]
    public void Reports_of_real_processors_get_their_verdicts(string name, string at, string codes) => VectorFolder.Use("snp", folder =>
    {
        var result = Judge(folder, name, name + ".vcek.der", at, NoList);
        Assert.Equal(codes, Codes(result));
        Assert.Equal(codes.Length == 0 ? Verdict.Accepted : Verdict.Refused, result.Verdict);
    });

    [Theory]
    [InlineData("milan_v2_provisional.vcek-invalid-legacy.der")]
    [InlineData("milan_v2_provisional.vcek-invalid-new.der")]
    public void A_certificate_of_another_key_is_refused(string certificate) => VectorFolder.Use("snp", folder =>
    {
        var result = Judge(folder, "milan_v2_provisional", certificate, "2024-01-01", NoList with { AllowProvisionalFirmware = true });
        Assert.Contains("snp.chain.signature", Codes(result), StringComparison.Ordinal);
        Assert.Contains("snp.report.signature", Codes(result), StringComparison.Ordinal);
        Assert.Contains("snp.vcek.hwid-mismatch", Codes(result), StringComparison.Ordinal);
    });

    [Fact]
    public void Real_reports_are_refused_out_of_their_certificates_time_and_where_the_policy_asks_for_more() => VectorFolder.Use("snp", folder =>
    {
        Assert.Equal("snp.chain.not-yet-valid", Codes(Judge(folder, "milan_v3", "milan_v3.vcek.der", "2025-01-01", NoList)));
        Assert.Equal("snp.chain.expired", Codes(Judge(folder, "genoa_v3", "genoa_v3.vcek.der", "2032-08-01", NoList)));
        Assert.Equal("snp.crl.missing", Codes(Judge(folder, "genoa_v3", "genoa_v3.vcek.der", "2026-01-01", SnpPolicy.Strict)));
        Assert.Equal("snp.platform.alias-check", Codes(Judge(folder, "milan_v2", "milan_v2.vcek.der", "2024-01-01", NoList with { AliasCheck = SnpAliasCheck.Always })));
        var allowed = NoList with { AllowProvisionalFirmware = true };
        Assert.Equal("", Codes(Judge(folder, "milan_v2_provisional", "milan_v2_provisional.vcek.der", "2024-01-01", allowed)));
    });

    [Fact]
    public void A_real_certificate_of_a_Turin_chip_is_read() => VectorFolder.Use("snp", folder =>
    {
        var read = SnpEndorsements.Read(File.ReadAllBytes(Path.Combine(folder, "turin_virtee.vcek.der")), File.ReadAllBytes(Path.Combine(folder, "ca_turin_ask_ark_asvk.pem")));
        Assert.True(read.IsReadable && SnpVek.TryRead(read.Certificates[0], SnpKeyKind.Vcek, out var vek) && vek!.Tcb == SnpTcb.OfTurin(0, 0, 0, 0, 9));
        Assert.True(SnpVek.TryRead(read.Certificates[0], SnpKeyKind.Vcek, out var turin));
        Assert.Equal((SnpProductLine.Turin, "1e550a8ee5cf9f4d"), (turin!.Line, Convert.ToHexStringLower(turin.HardwareId.Span)));
        var checks = new List<Check>();
        var chain = SnpChainChecks.FindChain(turin, SnpKeyKind.Vcek, SnpProductLine.Turin, read, SnpTrustRoots.Amd, checks);
        Assert.All(checks.Concat(SnpChainChecks.Judge(chain, SnpKeyKind.Vcek, At("2026-01-01"))), c => Assert.True(c.Passed, c.Detail));
    });

    [Fact]
    public void Changed_real_reports_are_never_accepted() => VectorFolder.Use("snp", folder =>
    {
        var report = File.ReadAllBytes(Path.Combine(folder, "genoa_v3.report"));
        var endorsements = Endorsements(folder, "genoa_v3", "genoa_v3.vcek.der");
        for (var bit = 0; bit < 8 * SnpReport.Size; bit += 5)
        {
            var changed = (byte[])report.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(Verdict.Refused, SnpVerifier.Verify(changed, endorsements, At("2026-01-01"), SnpTrustRoots.Amd, NoList).Verdict);
        }
    });

    private static AttestationResult Judge(JsonElement one, JsonElement ca, SnpPolicy policy)
    {
        byte[] Bytes(string name) => one.GetProperty(name).GetBytesFromBase64();
        byte[] Pem(string name) => Encoding.ASCII.GetBytes(ca.GetProperty(name).GetString()!);
        var endorsements = SnpEndorsements.Read(Bytes("crl_b64"), Pem("ark"), Pem("asvk"), Pem("ask"), Bytes("vek_b64"));
        Assert.True(PkiChain.TryParse(Pem("ark"), out var ark));
        var line = Enum.Parse<SnpProductLine>(one.GetProperty("line").GetString()!);
        var roots = new SnpTrustRoots(ImmutableDictionary<SnpProductLine, Hash32>.Empty.Add(line, ark[0].Hash));
        return SnpVerifier.Verify(Bytes("report_b64"), endorsements, At(one.GetProperty("at").GetString()!), roots, policy);
    }

    private static bool Agrees(string expected, AttestationResult result) => expected switch
    {
        "accept" => result.Verdict == Verdict.Accepted,
        "reject" => result.Verdict == Verdict.Refused && result.Checks.Any(c => !c.Passed && c.Class != FailureClass.Policy),
        "policy-reject" => result.Verdict == Verdict.Refused && result.Checks.All(c => c.Passed || c.Class == FailureClass.Policy),
        _ => result.Checks.All(c => c.Passed || c.Class == FailureClass.Policy),
    };

    private static AttestationResult Judge(string folder, string name, string certificate, string at, SnpPolicy policy) =>
        SnpVerifier.Verify(File.ReadAllBytes(Path.Combine(folder, name + ".report")), Endorsements(folder, name, certificate), At(at), SnpTrustRoots.Amd, policy);

    private static SnpEndorsements Endorsements(string folder, string name, string certificate) => SnpEndorsements.Read(
        File.ReadAllBytes(Path.Combine(folder, $"ca_{name.Split('_')[0]}_ask_ark_asvk.pem")), File.ReadAllBytes(Path.Combine(folder, certificate)));

    private static string Codes(AttestationResult result) => string.Join(" ", result.Checks.Where(c => !c.Passed).Select(c => c.Code));

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}

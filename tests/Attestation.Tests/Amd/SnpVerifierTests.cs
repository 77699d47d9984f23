namespace SwarmCompute.Attestation.Tests.Amd;

public sealed class SnpVerifierTests
{
    private static readonly SnpMint Genoa = SnpMint.Of(SnpProductLine.Genoa);

    [Theory]
    [InlineData(SnpProductLine.Milan, SnpKeyKind.Vcek)]
    [InlineData(SnpProductLine.Genoa, SnpKeyKind.Vcek)]
    [InlineData(SnpProductLine.Genoa, SnpKeyKind.Vlek)]
    [InlineData(SnpProductLine.Turin, SnpKeyKind.Vcek)]
    [InlineData(SnpProductLine.Turin, SnpKeyKind.Vlek)]
    public void A_good_report_is_accepted(SnpProductLine line, SnpKeyKind kind)
    {
        var mint = SnpMint.Of(line);
        var result = mint.Verify(mint.Report(r => r[0x48] = (byte)((int)kind << 2)), mint.Endorsements(kind));
        Assert.Equal("", result.Why);
        Assert.Equal(("sev-snp", Verdict.Accepted, line.ToString()), (result.Type, result.Verdict, result.Claims["product"]));
        Assert.Equal(SnpMint.At.AddMonths(6), result.ExpiresAt);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void An_older_version_is_accepted_where_its_new_fields_are_zero(byte version)
    {
        var report = Genoa.Report(r =>
        {
            r[0] = version;
            r.AsSpan(0x1f8, 16).Clear();
            if (version == 2) r.AsSpan(0x188, 3).Clear();
        });
        Assert.Equal(Verdict.Accepted, Genoa.Verify(report, Genoa.Endorsements()).Verdict);
    }

    public static TheoryData<string, int, byte, string> Changes => new()
    {
        { "version 1", 0x00, 1, "snp.report.version snp.report.reserved" },
        { "version 6", 0x00, 6, "snp.report.version" },
        { "version 4 with fields of 5", 0x00, 4, "snp.report.reserved" },
        { "algorithm", 0x34, 2, "snp.report.algorithm" },
        { "policy without the bit that is one", 0x0a, 1, "snp.report.policy-form" },
        { "policy with a reserved bit", 0x0b, 4, "snp.report.policy-form" },
        { "not signed", 0x48, 7 << 2, "snp.report.signing-key" },
        { "reserved signing key", 0x48, 2 << 2, "snp.report.signing-key" },
        { "key information", 0x48, 0x20, "snp.report.reserved" },
        { "reserved 4c", 0x4f, 1, "snp.report.reserved" },
        { "reserved 18b", 0x18b, 1, "snp.report.reserved" },
        { "reserved 19f", 0x19f, 1, "snp.report.reserved" },
        { "reserved 1eb", 0x1eb, 1, "snp.report.reserved" },
        { "reserved 1ef", 0x1ef, 1, "snp.report.reserved" },
        { "reserved 208", 0x208, 1, "snp.report.reserved" },
        { "reserved 29f", 0x29f, 1, "snp.report.reserved" },
        { "reserved after the signature", 0x49f, 1, "snp.report.reserved" },
        { "a VLEK's report with a VCEK", 0x48, 1 << 2, "snp.vlek.kind-mismatch" },
        { "unknown processor", 0x188, 0x1b, "snp.product.unknown" },
        { "another line", 0x188, 0x1a, "snp.product.mismatch snp.ark.untrusted" },
        { "another chip", 0x1a0, 0xee, "snp.vcek.hwid-mismatch" },
        { "reported microcode", 0x187, 87, "snp.vcek.tcb-mismatch" },
        { "reported reserved part", 0x182, 1, "snp.vcek.tcb-mismatch snp.firmware.order" },
        { "committed below reported", 0x1e7, 87, "snp.firmware.order" },
        { "committed version above current", 0x1ec, 56, "snp.firmware.order snp.firmware.provisional" },
        { "provisional SNP firmware", 0x3e, 0x7f, "snp.firmware.provisional" },
        { "provisional build", 0x1e8, 56, "snp.firmware.provisional" },
        { "debug", 0x0a, 0x0b, "snp.policy.debug" },
        { "migration agent", 0x0a, 0x07, "snp.policy.migration-agent" },
        { "privilege level", 0x30, 1, "snp.vmpl" },
        { "no alias check", 0x40, 0x05, "snp.platform.alias-check" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_signed_report_with_one_fault_is_refused_for_it(string fault, int at, byte value, string codes)
    {
        var result = Genoa.Verify(Genoa.Report(r => r[at] = value), Genoa.Endorsements());
        Assert.Equal(Verdict.Refused, result.Verdict);
        Assert.Equal((fault, codes), (fault, Codes(result)));
        var isPolicy = codes.Split(' ').All(c => c is "snp.firmware.provisional" or "snp.policy.debug" or "snp.policy.migration-agent" or "snp.vmpl" or "snp.platform.alias-check");
        Assert.Equal(isPolicy, result.Checks.All(c => c.Passed || c.Class == FailureClass.Policy));
    }

    [Fact]
    public void Microcode_may_be_ahead_of_what_the_platform_is_committed_to() =>
        Assert.Equal("", Codes(Genoa.Verify(Genoa.Report(r => r[0x3f] = 90), Genoa.Endorsements())));

    [Fact]
    public void A_report_that_the_host_asked_for_is_refused_at_any_level() =>
        Assert.Equal("snp.vmpl", Codes(Genoa.Verify(Genoa.Report(r => r.AsSpan(0x30, 4).Fill(0xff)), Genoa.Endorsements(), SnpPolicy.Strict with { MaximumVmpl = uint.MaxValue })));

    [Fact]
    public void Turin_s_key_must_be_for_the_FMC_and_its_chip_has_eight_bytes()
    {
        var turin = SnpMint.Of(SnpProductLine.Turin);
        Assert.Equal("snp.vcek.tcb-mismatch", Codes(turin.Verify(turin.Report(r => r[0x180] = 0), turin.Endorsements())));
        Assert.Equal("snp.vcek.hwid-mismatch", Codes(turin.Verify(turin.Report(r => r[0x1a8] = 1), turin.Endorsements())));
    }

    [Theory]
    [InlineData(0, "snp.report.signature")]
    [InlineData(0x2f, "snp.report.signature")]
    [InlineData(0x30, "snp.report.signature")]
    [InlineData(0x78, "snp.report.signature")]
    [InlineData(-0x100, "snp.report.signature")]
    public void A_changed_signature_or_body_is_refused(int offset, string code)
    {
        var report = Genoa.Report();
        report[SnpReport.SignedSize + offset] ^= 1;
        if (offset == -0x100) report[0x90] ^= 1;
        Assert.Contains(code, Codes(Genoa.Verify(report, Genoa.Endorsements())), StringComparison.Ordinal);
    }

    [Fact]
    public void A_signature_of_zeros_is_refused()
    {
        var report = Genoa.Report();
        report.AsSpan(SnpReport.SignedSize).Clear();
        Assert.Equal("snp.report.signature", Codes(Genoa.Verify(report, Genoa.Endorsements())));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(SnpReport.Size - 1)]
    [InlineData(SnpReport.Size + 1)]
    public void A_report_of_another_size_is_refused(int size) => Assert.Equal("snp.report.malformed", Codes(Genoa.Verify(new byte[size], Genoa.Endorsements())));

    [Fact]
    public void Changed_reports_and_certificates_are_never_accepted_and_never_throw()
    {
        var random = new Random(1184);
        var report = Genoa.Report();
        var endorsements = Genoa.Endorsements();
        for (var i = 0; i < 25_000; i++) AssertRefused(Mutant(report, random), endorsements);
        for (var i = 0; i < 500; i++) AssertRefused(report, SnpEndorsements.Read(Genoa.Ark, Genoa.Ask, Genoa.Crl, Mutant(Genoa.Vcek, random)));
        for (var i = 0; i < 500; i++) AssertRefused(report, SnpEndorsements.Read(Genoa.Ark, Genoa.Ask, Mutant(Genoa.Crl, random), Genoa.Vcek));
        Assert.Equal(Verdict.Accepted, Genoa.Verify(report, endorsements, Lenient).Verdict);
    }

    private static void AssertRefused(byte[] report, SnpEndorsements endorsements) =>
        Assert.Equal(Verdict.Refused, Genoa.Verify(report, endorsements, Lenient).Verdict);

    internal static string Codes(AttestationResult result) => string.Join(" ", result.Checks.Where(c => !c.Passed).Select(c => c.Code));

    private static SnpPolicy Lenient { get; } = new()
    {
        AllowDebug = true,
        AllowMaskedChipId = true,
        AllowProvisionalFirmware = true,
        AliasCheck = SnpAliasCheck.Never,
        MaximumVmpl = 3,
        MigrationAgents = [Convert.ToHexStringLower(Enumerable.Repeat((byte)0xff, 32).ToArray())],
    };

    private static byte[] Mutant(byte[] of, Random random)
    {
        var mutant = (byte[])of.Clone();
        var at = random.Next(mutant.Length);
        switch (random.Next(4))
        {
            case 0: mutant[at] ^= (byte)(1 << random.Next(8)); break;
            case 1: mutant[at] ^= (byte)random.Next(1, 256); break;
            case 2: return mutant[..at];
            default: random.NextBytes(mutant.AsSpan(at, Math.Min(8, mutant.Length - at))); break;
        }
        return mutant.AsSpan().SequenceEqual(of) ? Mutant(of, random) : mutant;
    }
}

using System.Collections.Immutable;

namespace SwarmCompute.Attestation.Tests.Amd;

public sealed class SnpPolicyTests
{
    private static readonly SnpMint Genoa = SnpMint.Of(SnpProductLine.Genoa);
    private static readonly byte[] Report = Genoa.Report();

    public static TheoryData<string> Expectations => new(Cases.Keys);

    /// <summary>The codes of what a policy decides.</summary>
    public static IEnumerable<string> PolicyCodes => Cases.Values.SelectMany(c => c.Code.Split(' '));

    private static readonly Dictionary<string, (Func<SnpPolicy, bool, SnpPolicy> Ask, string Code)> Cases = new()
    {
        ["measurement"] = ((p, good) => p with { Measurements = Set(0x90, 48, good) }, "snp.measurement"),
        ["host data"] = ((p, good) => p with { HostData = Set(0xc0, 32, good) }, "snp.host-data"),
        ["report data"] = ((p, good) => p with { ReportData = Set(0x50, 64, good).Single() }, "snp.report-data"),
        ["ID key"] = ((p, good) => p with { IdKeyDigests = Set(0xe0, 48, good) }, "snp.id-key"),
        ["family"] = ((p, good) => p with { FamilyIds = Set(0x10, 16, good) }, "snp.family-id"),
        ["image"] = ((p, good) => p with { ImageIds = Set(0x20, 16, good) }, "snp.image-id"),
        ["chip"] = ((p, good) => p with { Chips = Set(0x1a0, 64, good) }, "snp.chip-id.not-allowed"),
        ["denied chip"] = ((p, good) => p with { DeniedChips = Set(0x1a0, 64, !good) }, "snp.chip-id.denied"),
        ["SVN"] = ((p, good) => p with { MinimumGuestSvn = good ? 7u : 8u }, "snp.guest-svn"),
        ["line"] = ((p, good) => p with { Lines = [good ? SnpProductLine.Genoa : SnpProductLine.Turin] }, "snp.product.line"),
        ["TCB"] = ((p, good) => p with { MinimumTcb = Least(SnpTcb.Of(10, 0, 27, (byte)(good ? 88 : 89))) }, "snp.tcb.reported snp.tcb.launch"),
        ["ABI"] = ((p, good) => p with { MinimumAbi = (ushort)(good ? 0 : 0x0137) }, "snp.policy.abi"),
        ["demands"] = ((p, good) => p with { RequiredGuestPolicy = good ? SnpGuestPolicy.Smt : SnpGuestPolicy.SingleSocket }, "snp.policy.required"),
        ["permissions"] = ((p, good) => p with { ForbiddenGuestPolicy = good ? SnpGuestPolicy.Cxl : SnpGuestPolicy.Smt }, "snp.policy.forbidden"),
        ["features"] = ((p, good) => p with { RequiredPlatform = good ? SnpPlatformInfo.Ecc : SnpPlatformInfo.CiphertextHiding }, "snp.platform.required"),
        ["exposure"] = ((p, good) => p with { ForbiddenPlatform = good ? SnpPlatformInfo.Tio : SnpPlatformInfo.Smt }, "snp.platform.forbidden"),
        ["launch mitigations"] = ((p, good) => p with { RequiredLaunchMitigations = good ? 0x0ful & 0x0b : 0x10 }, "snp.mitigations.launch"),
        ["mitigations"] = ((p, good) => p with { RequiredCurrentMitigations = good ? 0x08ul : 0x04 }, "snp.mitigations.current"),
    };

    [Theory]
    [MemberData(nameof(Expectations))]
    public void What_a_policy_asks_for_decides(string name)
    {
        var (ask, code) = Cases[name];
        Assert.Equal("", Codes(Report, ask(SnpPolicy.Strict, true)));
        Assert.Equal(code, Codes(Report, ask(SnpPolicy.Strict, false)));
    }

    [Fact]
    public void A_set_that_is_empty_is_met_by_nothing() => Assert.Equal("snp.measurement", Codes(Report, SnpPolicy.Strict with { Measurements = [] }));

    [Fact]
    public void A_launch_under_old_firmware_is_refused_though_the_firmware_is_new_now()
    {
        var report = Genoa.Report(r => r[0x1f7] = 80);
        Assert.Equal("snp.tcb.launch", Codes(report, SnpPolicy.Strict with { MinimumTcb = Least(Genoa.Tcb) }));
    }

    [Fact]
    public void A_hidden_chip_is_for_the_policy()
    {
        var report = Genoa.Report(r => r.AsSpan(0x1a0, 64).Clear());
        Assert.Equal("snp.chip-id.masked", Codes(report, SnpPolicy.Strict));
        Assert.Equal("", Codes(report, SnpPolicy.Strict with { AllowMaskedChipId = true }));
        Assert.Equal("snp.chip-id.not-allowed", Codes(report, SnpPolicy.Strict with { AllowMaskedChipId = true, Chips = Set(0x1a0, 64, true) }));
    }

    [Fact]
    public void An_author_key_must_be_there_to_be_the_expected_one()
    {
        var policy = SnpPolicy.Strict with { AuthorKeyDigests = [new string('0', 96)] };
        Assert.Equal("snp.author-key", Codes(Report, policy));
        Assert.Equal("", Codes(Genoa.Report(r => r[0x48] = 1), policy));
    }

    [Fact]
    public void What_the_policy_allows_is_accepted()
    {
        Assert.Equal("", Codes(Genoa.Report(r => r[0x0a] = 0x0b), SnpPolicy.Strict with { AllowDebug = true }));
        Assert.Equal("", Codes(Genoa.Report(r => r[0x30] = 2), SnpPolicy.Strict with { MaximumVmpl = 2 }));
        Assert.Equal("", Codes(Genoa.Report(r => r[0x3e] = 0x7f), SnpPolicy.Strict with { AllowProvisionalFirmware = true }));
        Assert.Equal("", Codes(Genoa.Report(r => r[0x0a] = 7), SnpPolicy.Strict with { MigrationAgents = [new string('f', 64)] }));
        Assert.Equal("snp.policy.migration-agent", Codes(Genoa.Report(r => r[0x0a] = 7), SnpPolicy.Strict with { MigrationAgents = [new string('e', 64)] }));
    }

    [Fact]
    public void Reports_that_cannot_say_it_do_not_meet_a_demand()
    {
        var old = Genoa.Report(r =>
        {
            r[0] = 2;
            r.AsSpan(0x188, 3).Clear();
            r.AsSpan(0x1f8, 16).Clear();
        });
        Assert.Equal("snp.platform.alias-check", Codes(old, SnpPolicy.Strict with { AliasCheck = SnpAliasCheck.Always }));
        Assert.Equal("snp.mitigations.launch", Codes(old, SnpPolicy.Strict with { RequiredLaunchMitigations = 1 }));
    }

    [Fact]
    public void A_VLEK_is_accepted_of_the_named_clouds()
    {
        var report = Genoa.Report(r => r[0x48] = 4);
        string Judge(params string[] csps) =>
            SnpVerifierTests.Codes(Genoa.Verify(report, Genoa.Endorsements(SnpKeyKind.Vlek), SnpPolicy.Strict with { Csps = [.. csps] }));
        Assert.Equal("", Judge("Test Cloud"));
        Assert.Equal("snp.vlek.csp", Judge("Other Cloud"));
        Assert.Equal("snp.vlek.csp", Judge());
    }

    private static ImmutableHashSet<string> Set(int at, int length, bool isGood)
    {
        var bytes = Report.AsSpan(at, length).ToArray();
        if (!isGood) bytes[0] ^= 1;
        return [Convert.ToHexString(bytes)];
    }

    private static ImmutableDictionary<SnpProductLine, SnpTcb> Least(SnpTcb tcb) => ImmutableDictionary<SnpProductLine, SnpTcb>.Empty.Add(SnpProductLine.Genoa, tcb);

    private static string Codes(byte[] report, SnpPolicy policy) => SnpVerifierTests.Codes(Genoa.Verify(report, Genoa.Endorsements(), policy));
}

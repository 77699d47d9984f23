using System.Text;

namespace SwarmCompute.Attestation.Tests;

public sealed class NvidiaVerifierTests
{
    private static readonly DateTimeOffset At = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly NvidiaPolicy Plain = new(Nonce: null) { RequireRevocation = false };

    [Theory]
    [InlineData("GH100", "2.23.133.5.4.1", NvidiaArchitecture.Hopper)]
    [InlineData("GB100", "2.23.133.5.4.1.1", NvidiaArchitecture.Blackwell)]
    public void A_gpu_with_both_manifests_is_accepted(string chip, string dice, NvidiaArchitecture architecture)
    {
        var mint = new NvidiaMint(chip, dice);
        var policy = Plain with
        {
            Nonce = mint.Nonce,
            Architectures = [architecture],
            Drivers = ["550.90.07"],
            DriverMinimum = new(550, 54),
            Vbioses = ["96.00.5e.00.01"],
            ProtectedPcie = false,
            SystemEnableStatuses = [""],
            State = new(ConfidentialComputing: true, DeveloperTools: false),
        };
        var result = Verify(mint, policy);
        Assert.True(result.Verdict == Verdict.Accepted, result.Why);
        Assert.Equal("nvidia", result.Type);
        Assert.Equal(architecture.ToString(), result.Claims["architecture"]);
        Assert.Equal(TestAuthority.Until, result.ExpiresAt);
    }

    [Fact]
    public void A_switch_needs_one_manifest_and_names_no_firmware()
    {
        var mint = new NvidiaMint("LS_10") { Driver = "", WithFirmwareId = false };
        var result = NvidiaVerifier.Verify(mint.Report(), mint.Chain, NvidiaMint.Collateral(mint.VbiosRim()), At, mint.Roots, Plain);
        Assert.True(result.Verdict == Verdict.Accepted, result.Why);
    }

    [Fact]
    public void What_the_policy_does_not_want_is_refused()
    {
        var mint = new NvidiaMint();
        AssertFails("nvidia.report.nonce", mint, Plain with { Nonce = new byte[32] });
        AssertFails("nvidia.report.nonce", mint, Plain with { Nonce = mint.Nonce.AsMemory(0, 31) });
        AssertPolicy("nvidia.architecture.policy", mint, Plain with { Architectures = [NvidiaArchitecture.Blackwell] });
        AssertPolicy("nvidia.driver", mint, Plain with { Drivers = [] });
        AssertPolicy("nvidia.driver.minimum", mint, Plain with { DriverMinimum = new(570, 0) });
        AssertPolicy("nvidia.vbios", mint, Plain with { Vbioses = ["96.00.5E.00.02"] });
        AssertPolicy("nvidia.ppcie", mint, Plain with { ProtectedPcie = true });
        AssertPolicy("nvidia.enable-status", mint, Plain with { SystemEnableStatuses = ["01"] });
        AssertPolicy("nvidia.confidential", mint, Plain with { State = new(false, false) });
        AssertPolicy("nvidia.state.missing", mint, Plain with { RequireState = true });
        AssertPolicy("nvidia.debug", mint, Plain with { State = new(true, true) });
        Assert.Equal(Verdict.Accepted, Verify(mint, Plain with { State = new(true, true), AllowDebug = true }).Verdict);
    }

    [Fact]
    public void Firmware_that_the_certificate_does_not_name_is_refused()
    {
        var mint = new NvidiaMint();
        mint.FirmwareId[0] ^= 1;
        AssertFails("nvidia.report.fwid", mint, Plain);
        var silent = new NvidiaMint { WithFirmwareId = false };
        AssertPolicy("nvidia.report.fwid.missing", silent, Plain);
        Assert.Equal(Verdict.Accepted, Verify(silent, Plain with { RequireFirmwareId = false }).Verdict);
    }

    [Fact]
    public void A_report_of_another_form_is_refused()
    {
        AssertFails("nvidia.report", new NvidiaMint { Slot = 1 }, Plain);
        AssertFails("nvidia.report", new NvidiaMint { Extra = 1 }, Plain);
        AssertFails("nvidia.report", new NvidiaMint { IndexFrom = 2 }, Plain);
        var twice = new NvidiaMint();
        twice.More.Add((20, new byte[48]));
        AssertFails("nvidia.report", twice, Plain);
        var unknown = new NvidiaMint();
        unknown.More.Add((26, new byte[128]));
        Assert.Equal(Verdict.Accepted, Verify(unknown, Plain).Verdict);
    }

    [Fact]
    public void Another_devices_signature_is_refused()
    {
        var mint = new NvidiaMint();
        var other = new NvidiaMint();
        var result = NvidiaVerifier.Verify(mint.Report(), other.Chain, Rims(mint), At, new(other.Root.Certificate.Hash, mint.Rim.Root.Certificate.Hash), Plain);
        Assert.Contains("nvidia.report.signature", result.Checks.Select(c => c.Code));
    }

    [Fact]
    public void A_root_that_comes_with_the_evidence_proves_nothing()
    {
        var mint = new NvidiaMint();
        AssertFails("nvidia.chain.root", mint, Plain, roots: new(mint.Rim.Root.Certificate.Hash, mint.Rim.Root.Certificate.Hash));
        AssertFails("nvidia.rim.chain.root", mint, Plain, roots: new(mint.Root.Certificate.Hash, mint.Root.Certificate.Hash));
    }

    [Fact]
    public void A_chain_of_another_length_or_form_is_refused()
    {
        var mint = new NvidiaMint();
        var shorter = Encoding.ASCII.GetBytes(string.Concat(mint.Devices.Skip(1).Select(d => d.Pem)));
        Assert.Contains("nvidia.chain.length", Codes(NvidiaVerifier.Verify(mint.Report(), shorter, Rims(mint), At, mint.Roots, Plain)));
        Assert.Contains("nvidia.chain.malformed", Codes(NvidiaVerifier.Verify(mint.Report(), new byte[] { 1 }, Rims(mint), At, mint.Roots, Plain)));
    }

    [Fact]
    public void Chains_are_judged_at_the_given_time()
    {
        var mint = new NvidiaMint();
        var result = NvidiaVerifier.Verify(mint.Report(), mint.Chain, Rims(mint), TestAuthority.Until.AddDays(1), mint.Roots, Plain);
        Assert.Contains("nvidia.chain.expired", Codes(result));
        Assert.Equal(FailureClass.Transient, result.Checks.First(c => c.Code == "nvidia.rim.chain.expired").Class);
    }

    [Fact]
    public void An_unknown_device_is_refused() => AssertFails("nvidia.architecture", new NvidiaMint("AD100"), Plain);

    [Fact]
    public void A_denied_serial_is_refused()
    {
        var mint = new NvidiaMint();
        AssertFails("nvidia.denied", mint, Plain with { DeniedSerials = [NvidiaRevocation.Serial(mint.Devices[0].Certificate)] });
        AssertFails("nvidia.denied", mint, Plain with { DeniedSerials = [NvidiaRevocation.Serial(mint.Rim.Signers[0].Certificate)] });
    }

    [Fact]
    public void A_missing_manifest_may_still_come()
    {
        var mint = new NvidiaMint();
        var result = NvidiaVerifier.Verify(mint.Report(), mint.Chain, NvidiaMint.Collateral(mint.VbiosRim()), At, mint.Roots, Plain);
        Assert.Equal(FailureClass.Transient, Assert.Single(result.Checks, c => !c.Passed).Class);
        Assert.Equal(["nvidia.rim.missing"], Codes(result));
    }

    private static NvidiaCollateral Rims(NvidiaMint mint) => NvidiaMint.Collateral(mint.DriverRim(), mint.VbiosRim());

    private static AttestationResult Verify(NvidiaMint mint, NvidiaPolicy policy, NvidiaRoots? roots = null) =>
        NvidiaVerifier.Verify(mint.Report(), mint.Chain, Rims(mint), At, roots ?? mint.Roots, policy);

    private static IEnumerable<string> Codes(AttestationResult result) => result.Checks.Where(c => !c.Passed).Select(c => c.Code);

    private static Check AssertFails(string code, NvidiaMint mint, NvidiaPolicy policy, NvidiaRoots? roots = null)
    {
        var result = Verify(mint, policy, roots);
        Assert.Equal(Verdict.Refused, result.Verdict);
        Assert.Contains(code, Codes(result));
        return result.Checks.First(c => c.Code == code);
    }

    private static void AssertPolicy(string code, NvidiaMint mint, NvidiaPolicy policy) => Assert.Equal(FailureClass.Policy, AssertFails(code, mint, policy).Class);
}

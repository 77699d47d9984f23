namespace SwarmCompute.Attestation.Tests;

/// <summary>GPUs beside a CVM: development evidence stands for the CVM's own, so that only the devices decide.</summary>
public sealed class DeviceEvidenceTests
{
    private static readonly Hash32 Key = ReportCase.Digest("key");
    private static readonly byte[] Nonce = new byte[32];
    private static readonly EvidenceBinding Binding = new(AttestationPurpose.Lease, Key) { Nonce = Nonce, ChainId = 31337 };

    private readonly NvidiaMint _first = new() { Nonce = GpuNonce.Of(Nonce, Key, 0).ToArray() };

    [Fact]
    public void A_bound_GPU_counts() => AssertAccepted(Verify([_first]));

    [Fact]
    public void A_GPU_that_is_demanded_and_not_shown_is_missed() => AssertFails("evidence.gpus.few", Verify([]));

    [Fact]
    public void A_report_for_another_place_in_the_list_is_refused()
    {
        var second = new NvidiaMint { Nonce = GpuNonce.Of(Nonce, Key, 2).ToArray() };
        AssertFails("nvidia.report.nonce", Verify([_first, second]));
    }

    [Fact]
    public void A_report_for_another_key_is_refused() =>
        AssertFails("nvidia.report.nonce", Verify([new NvidiaMint { Nonce = GpuNonce.Of(Nonce, ReportCase.Digest("other"), 0).ToArray() }]));

    [Fact]
    public void Devices_that_the_hardware_did_not_bind_are_refused()
    {
        var evidence = Evidence([_first]);
        AssertFails("evidence.devices.unbound", Verify(evidence with { Devices = [] }, [_first]));
        AssertFails("evidence.devices.unbound", Verify(evidence with { Devices = [.. evidence.Devices, .. evidence.Devices] }, [_first]));
        AssertFails("evidence.devices.unbound", Verify(evidence with { Devices = [evidence.Devices[0] with { Chain = new byte[1] }] }, [_first]));
    }

    [Fact]
    public void One_GPU_is_not_two()
    {
        var twice = Evidence([_first, _first]);
        AssertFails("evidence.devices.same", Verify(twice, [_first, _first]));
    }

    [Fact]
    public void Peers_need_not_see_again_what_the_authority_has_judged()
    {
        var evidence = Evidence([_first]) with { Devices = [] };
        AssertAccepted(Verify(evidence, [], Binding with { AreDevicesJudged = true }));
        AssertFails("evidence.gpus.few", Verify(Evidence([]), [], Binding with { AreDevicesJudged = true }));
    }

    private AttestationResult Verify(NvidiaMint[] devices) => Verify(Evidence(devices), devices);

    private AttestationResult Verify(Evidence evidence, NvidiaMint[] devices, EvidenceBinding? binding = null)
    {
        var policy = AttestationPolicy.Strict with { Types = ["development"], GpusMin = 1, Nvidia = new NvidiaPolicy((ReadOnlyMemory<byte>?)null) { RequireRevocation = false } };
        var roots = new TrustRoots(TdxVerifier.IntelRoot, SnpTrustRoots.Amd, devices is [var any, ..] ? any.Roots : _first.Roots);
        var collateral = new EvidenceCollateral { Devices = [.. devices.Select(d => NvidiaMint.Collateral(d.VbiosRim(), d.DriverRim()))] };
        return new EvidenceVerifier(roots, 31337).Verify(evidence, collateral, policy, binding ?? Binding, IntelCase.At);
    }

    private static Evidence Evidence(NvidiaMint[] devices)
    {
        DeviceEvidence[] shown = [.. devices.Select(d => new DeviceEvidence(d.Report(), d.Chain))];
        var claims = new EvidenceClaims { KeyHash = Key, Purpose = AttestationPurpose.Lease, Nonce = Nonce, Devices = [.. shown.Select(d => (ReadOnlyMemory<byte>)EvidenceClaims.DigestOf(d))] };
        var (bytes, reportData) = claims.Bind();
        return new Evidence("development", DevelopmentEvidence.Create(reportData, ReportCase.Digest("measurement")), bytes) { Devices = [.. shown] };
    }

    private static void AssertAccepted(AttestationResult result) => Assert.Equal("", result.Verdict == Verdict.Accepted ? "" : result.Why);

    private static void AssertFails(string code, AttestationResult result)
    {
        Assert.Equal(Verdict.Refused, result.Verdict);
        Assert.Contains(code, result.Checks.Where(c => !c.Passed).Select(c => c.Code));
    }
}

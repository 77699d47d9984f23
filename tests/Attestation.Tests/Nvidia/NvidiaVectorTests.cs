namespace SwarmCompute.Attestation.Tests;

/// <summary>Reports of real devices and manifests of NVIDIA, where <see cref="VectorFolder"/> finds them.</summary>
public sealed class NvidiaVectorTests
{
    private static readonly string? Folder = VectorFolder.Find("nvidia");
    private static readonly DateTimeOffset At2024 = new(2024, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset At2026 = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly NvidiaPolicy Lenient = new(Nonce: null) { RequireRevocation = false };
    private const string CertHold = "5266186e8f8b58751642532e696b02c086098ce5";

    [Theory]
    [InlineData("hopper_550.90.07", "931d8dd0add203ac3d8b4fbde75e115278eefcdceac5b87671a748f32364dfcb")]
    [InlineData("hopper_580.159.03", "5bb22e377702d4e1e8215a903ba094826b9ac7f731dee1fe8102958bf2840aca")]
    [InlineData("hopper_570.124.03", "931d8dd0add203ac3d8b4fbde75e115278eefcdceac5b87671a748f32364dfcb")]
    [InlineData("hopper_570.86.10_certhold", "931d8dd0add203ac3d8b4fbde75e115278eefcdceac5b87671a748f32364dfcb")]
    public void A_report_of_a_gpu_holds_but_for_the_manifests(string name, string nonce)
    {
        if (Folder is null) return;
        var result = Verify(name, At2026, Lenient with { Nonce = Convert.FromHexString(nonce) });
        Assert.Equal(["nvidia.rim.missing", "nvidia.rim.missing"], Codes(result));
        Assert.Contains("report signature", Held(result));
        Assert.Contains("device chain", Held(result));
        Assert.Contains("firmware id", Held(result));
        Assert.StartsWith(result.Claims["driver"], name.Split('_')[1]);
        Assert.All(result.Checks.Where(c => !c.Passed), c => Assert.Equal(FailureClass.Transient, c.Class));
    }

    [Fact]
    public void A_byte_behind_the_signature_is_refused()
    {
        if (Folder is null) return;
        Assert.Equal(["nvidia.report"], Codes(Verify("hopper_580.95.05_coco", At2026, Lenient)));
        var result = NvidiaVerifier.Verify(Bytes("hopper_580.95.05_coco.report").AsMemory()[..^1], Bytes("hopper_580.95.05_coco.chain.pem"), new([], []), At2026, NvidiaRoots.Default, Lenient);
        Assert.Equal(["nvidia.rim.missing", "nvidia.rim.missing"], Codes(result));
    }

    [Fact]
    public void An_old_driver_that_names_no_firmware_is_refused_by_default()
    {
        if (Folder is null) return;
        var result = Verify("hopper_535.86.09", At2024, Lenient, "rim_vbios_1010_0200_882_96005E0001_ok.swidtag");
        Assert.Equal(["nvidia.report.fwid.missing", "nvidia.rim.missing"], Codes(result));
        Assert.Equal("12 of 12", result.Checks.Single(c => c.Name == "VBIOS measurements").Detail);
        Assert.Equal(["nvidia.rim.missing"], Codes(Verify("hopper_535.86.09", At2024, Lenient with { RequireFirmwareId = false }, "rim_vbios_1010_0200_882_96005E0001_ok.swidtag")));
    }

    [Fact]
    public void An_expired_manifest_is_refused_for_now()
    {
        if (Folder is null) return;
        var result = Verify("hopper_535.86.09", At2026, Lenient, "rim_vbios_1010_0200_882_96005E0001_ok.swidtag");
        Assert.Equal(FailureClass.Transient, result.Checks.Single(c => c.Code == "nvidia.rim.chain.expired").Class);
    }

    [Fact]
    public void Another_golden_value_is_found_at_its_block()
    {
        if (Folder is null) return;
        var result = Verify("hopper_535.86.09", At2024, Lenient, "rim_vbios_1010_0200_882_96005E0001_other_golden.xml");
        Assert.StartsWith("block 10 ", result.Checks.Single(c => c.Code == "nvidia.measurement").Detail);
        Assert.Contains("VBIOS manifest digest", Held(result));
        Assert.Contains("VBIOS manifest signature", Held(result));
    }

    [Fact]
    public void A_switch_with_its_manifest_is_accepted()
    {
        if (Folder is null) return;
        var result = Verify("switch_ls10", At2026, Lenient, "rim_switch_ls10_9610550001_ok.xml");
        Assert.True(result.Verdict == Verdict.Accepted, result.Why);
        Assert.Equal("31 of 31", result.Checks.Single(c => c.Name == "VBIOS measurements").Detail);
    }

    [Fact]
    public void A_switch_whose_signature_is_wrong_is_refused()
    {
        if (Folder is null) return;
        Assert.Contains("nvidia.report.signature", Codes(Verify("switch_ls10_badsig", At2026, Lenient)));
    }

    [Fact]
    public void A_held_certificate_is_refused_by_the_deny_list()
    {
        if (Folder is null) return;
        Assert.Contains("nvidia.denied", Codes(Verify("hopper_570.86.10_certhold", At2026, Lenient with { DeniedSerials = [CertHold] })));
        using var json = System.Text.Json.JsonDocument.Parse(Bytes("hopper_570.86.10_certhold.evidence.json"));
        var evidence = json.RootElement[0];
        var result = NvidiaVerifier.Verify(evidence.GetProperty("evidence").GetBytesFromBase64(), evidence.GetProperty("certificate").GetBytesFromBase64(),
            new([], []), At2026, NvidiaRoots.Default, Lenient with { DeniedSerials = [CertHold] });
        Assert.Equal(["nvidia.denied", "nvidia.rim.missing", "nvidia.rim.missing"], Codes(result));
    }

    [Theory]
    [InlineData("rim_vbios_1010_0200_882_96005E0001_ok.swidtag", 12, "")]
    [InlineData("rim_vbios_1010_0200_882_96005E0001_other_golden.xml", 12, "")]
    [InlineData("rim_driver_gh100_550.144.03_ok.xml", 21, "")]
    [InlineData("rim_switch_ls10_9610550001_ok.xml", 31, "")]
    [InlineData("rim_driver_gh100_550.144.03_badsig.xml", 21, "nvidia.rim.signature")]
    [InlineData("rim_driver_gh100_535.86.09_tampered.xml", null, "nvidia.rim.digest")]
    [InlineData("rim_driver_gh100_570.124.03_tampered_expired.xml", null, "nvidia.rim.digest")]
    [InlineData("rim_switch_ls10_9610550001_tampered.xml", null, "nvidia.rim.digest")]
    public void A_manifest_is_what_it_is(string file, int? active, string code)
    {
        if (Folder is null) return;
        var rim = NvidiaRim.Read(Bytes(file), out var fault);
        Assert.True(rim is not null, fault);
        if (active is { } count) Assert.Equal(count, rim.Golden.Length);
        var at = rim.Chain.Max(c => c.NotBefore).AddDays(1);
        var failed = NvidiaRimChecks.Origin("a manifest", rim, NvidiaRoots.Default.Rim, at).Where(c => !c.Passed).Select(c => c.Code);
        Assert.Equal(code.Length == 0 ? [] : [code], failed);
    }

    [Fact]
    public void The_manifest_for_570_124_03_is_expired_and_changed()
    {
        if (Folder is null) return;
        var codes = Codes(Verify("hopper_570.124.03", At2026, Lenient, "rim_driver_gh100_570.124.03_tampered_expired.xml")).ToList();
        Assert.Contains("nvidia.rim.digest", codes);
        Assert.Contains("nvidia.rim.chain.expired", codes);
    }

    [Fact]
    public void A_manifest_of_a_root_for_debugging_is_refused()
    {
        if (Folder is null) return;
        var rim = NvidiaRim.Read(Bytes("rim_debugroot_gb100.xml"), out var fault);
        Assert.True(rim is not null, fault);
        var failed = NvidiaRimChecks.Origin("a manifest", rim, NvidiaRoots.Default.Rim, rim.Chain.Max(c => c.NotBefore).AddDays(1)).Where(c => !c.Passed);
        Assert.Matches("^nvidia.rim.chain.(root|length)$", Assert.Single(failed).Code);
    }

    [Fact]
    public void The_roots_are_the_pinned_ones()
    {
        if (Folder is null) return;
        Assert.True(PkiChain.TryParse(Bytes("nvidia_device_root.pem"), out var device));
        Assert.True(PkiChain.TryParse(Bytes("nvidia_rim_root.pem"), out var rim));
        Assert.Equal(NvidiaRoots.Default, new(device[0].Hash, rim[0].Hash));
    }

    private static AttestationResult Verify(string name, DateTimeOffset at, NvidiaPolicy policy, params string[] rims) => NvidiaVerifier.Verify(
        Bytes(name + ".report"), Bytes(name + ".chain.pem"), new([.. rims.Select(r => (ReadOnlyMemory<byte>)Bytes(r))], []), at, NvidiaRoots.Default, policy);

    private static IEnumerable<string> Codes(AttestationResult result) => result.Checks.Where(c => !c.Passed).Select(c => c.Code);

    private static IEnumerable<string> Held(AttestationResult result) => result.Checks.Where(c => c.Passed).Select(c => c.Name);

    private static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(Folder!, name));
}

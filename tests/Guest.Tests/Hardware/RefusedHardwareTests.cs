using SwarmCompute.Attestation;
using SwarmCompute.Attestation.Tests;
using SwarmCompute.Attestation.Tests.Collateral;
using SwarmCompute.Guest.Tests.Collection;

namespace SwarmCompute.Guest.Tests.Hardware;

/// <summary>Guests on hardware that an authority does not certify, each for one thing that is wrong.</summary>
public sealed class RefusedHardwareTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, InlineData("tdx"), InlineData("sev-snp"), InlineData("cca")]
    public async Task Evidence_for_a_question_of_long_ago_is_refused(string type)
    {
        await using var swarm = await SwarmOfHardware.Start();
        using var key = P256.CreateKey();
        var evidence = await swarm.Gather(MintedKernel.Of(type, swarm), key, await swarm.Client().Challenge(key, Cancel));
        swarm.Clock.Advance(TimeSpan.FromMinutes(6));
        var fault = await Assert.ThrowsAsync<GuestException>(() => swarm.Certify(key, evidence));
        Assert.StartsWith("The authority refuses: Rejected for its freshness (the evidence was made for another question)", fault.Message);
    }

    [Fact]
    public async Task Evidence_for_a_question_to_another_key_is_refused()
    {
        await using var swarm = await SwarmOfHardware.Start();
        using var key = P256.CreateKey();
        using var other = P256.CreateKey();
        var evidence = await swarm.Gather(MintedKernel.Tdx(swarm.Vendors.Intel), key, await swarm.Client().Challenge(other, Cancel));
        var fault = await Assert.ThrowsAsync<GuestException>(() => swarm.Certify(key, evidence));
        Assert.Contains("freshness (the evidence was made for another question", fault.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData("tdx"), InlineData("sev-snp"), InlineData("cca")]
    public async Task Evidence_that_somebody_else_shows_as_his_own_is_refused(string type)
    {
        await using var swarm = await SwarmOfHardware.Start();
        using var key = P256.CreateKey();
        using var thief = P256.CreateKey();
        var evidence = await swarm.Gather(MintedKernel.Of(type, swarm), key, await swarm.Client().Challenge(key, Cancel));
        var fault = await Assert.ThrowsAsync<GuestException>(() => swarm.Certify(thief, evidence));
        Assert.Contains("key (the evidence vouches for another key", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evidence_for_another_manifest_or_lease_is_refused()
    {
        await using var swarm = await SwarmOfHardware.Start();
        using var key = P256.CreateKey();
        var evidence = await swarm.Gather(MintedKernel.Tdx(swarm.Vendors.Intel), key, await swarm.Client().Challenge(key, Cancel));
        var manifest = await Assert.ThrowsAsync<GuestException>(() => swarm.Certify(key, evidence, swarm.Manifest with { Threads = 2 }));
        var lease = await Assert.ThrowsAsync<GuestException>(() => swarm.Certify(key, evidence, slot: 2));
        Assert.All([manifest, lease], f => Assert.StartsWith("The authority refuses: Rejected for its context (the evidence was made for another lease, manifest or provider)", f.Message));
    }

    [Fact]
    public async Task Report_data_that_the_host_changed_is_refused()
    {
        await using var swarm = await SwarmOfHardware.Start();
        var kernel = MintedKernel.Snp(swarm.Vendors.Amd);
        var honest = kernel.Sign;
        kernel.Sign = data => honest([.. data.Take(63), (byte)(data[63] ^ 1)]);
        Assert.Contains("report data (the evidence is not bound to these claims", await swarm.Refused(kernel), StringComparison.Ordinal);
    }

    [Theory, InlineData("tdx"), InlineData("sev-snp"), InlineData("cca")]
    public async Task A_report_of_another_guests_GPU_is_refused(string type)
    {
        await using var swarm = await SwarmOfHardware.Start();
        var elsewhere = GpuNonce.Of(new byte[32], Hash32.Sha256([7]), 0);
        var fault = await swarm.Refused(MintedKernel.Of(type, swarm), new MintedNvml(swarm.Vendors.Gpu) { Between = _ => elsewhere });
        Assert.Contains($"device 0: nonce (the report was asked with {elsewhere}", fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_GPU_shown_twice_is_refused()
    {
        await using var swarm = await SwarmOfHardware.Start();
        swarm.Policy = swarm.Policy with { GpusMin = 2 };
        var fault = await swarm.Refused(MintedKernel.Tdx(swarm.Vendors.Intel), new MintedNvml(swarm.Vendors.Gpu, swarm.Vendors.Gpu));
        Assert.StartsWith("The authority refuses: Rejected for its distinct devices (one device is shown as several)", fault);
    }

    [Fact]
    public async Task A_guest_without_the_GPUs_that_are_demanded_is_refused()
    {
        await using var swarm = await SwarmOfHardware.Start();
        swarm.Policy = swarm.Policy with { GpusMin = 1 };
        var open = new MintedNvml(swarm.Vendors.Gpu) { Confidential = new(ConfidentialComputing: false, DeveloperTools: false) };
        foreach (var gpus in (MintedNvml?[])[null, new(), open])
            Assert.StartsWith("The authority refuses: Rejected for its GPUs (there are 0, and 1 are demanded)", await swarm.Refused(MintedKernel.Tdx(swarm.Vendors.Intel), gpus));
    }

    [Fact]
    public async Task A_guest_whose_GPUs_are_open_to_developers_tools_does_not_even_ask()
    {
        await using var swarm = await SwarmOfHardware.Start();
        var gpus = new MintedNvml(swarm.Vendors.Gpu) { Confidential = new(ConfidentialComputing: true, DeveloperTools: true) };
        Assert.StartsWith("Developers' tools may look into this guest's GPUs", await swarm.Refused(MintedKernel.Snp(swarm.Vendors.Amd), gpus), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_guest_whose_host_may_debug_it_is_refused()
    {
        await using var swarm = await SwarmOfHardware.Start();
        swarm.Vendors.Intel.Body[120] |= (byte)TdAttributes.Debug;
        Assert.Contains("TD debug (the host may read the trust domain", await swarm.Refused(MintedKernel.Tdx(swarm.Vendors.Intel)), StringComparison.Ordinal);
        var snp = MintedKernel.Snp(swarm.Vendors.Amd);
        snp.Sign = data => swarm.Vendors.Amd.Report(r => { data.CopyTo(r, 0x50); r[0x0a] |= 1 << 3; });
        Assert.Contains("debug", await swarm.Refused(snp), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_platform_that_is_out_of_date_is_refused()
    {
        var old = new IntelCase();
        (old.Pck.Components[0], old.Pck.Components[1]) = (1, 1);
        await using var swarm = await SwarmOfHardware.Start(new MintedVendors { Intel = old });
        Assert.Contains("OutOfDate", await swarm.Refused(MintedKernel.Tdx(old)), StringComparison.Ordinal);
    }

    [Theory, InlineData("tdx"), InlineData("sev-snp"), InlineData("cca")]
    public async Task A_measurement_that_is_revoked_is_refused_as_register_and_as_lease(string type)
    {
        await using var swarm = await SwarmOfHardware.Start();
        using var before = await swarm.Boot(MintedKernel.Of(type, swarm));
        var document = EvidenceExtension.TryRead(before.Certificate)!.Document.Span;
        var register = Convert.ToHexStringLower(type switch { "tdx" => document[184..232], "cca" => swarm.Arm.Initial, _ => document[0x90..0xc0] });
        foreach (var revoked in (string[])[before.Measurement.ToString(), register])
        {
            swarm.Policy = swarm.Policy with { RevokedMeasurements = [revoked] };
            Assert.StartsWith($"The authority refuses: Rejected for its revoked measurements ({revoked} is revoked)", await swarm.Refused(MintedKernel.Of(type, swarm)));
        }
    }

    [Fact]
    public async Task A_guest_whose_vendor_is_silent_and_was_never_heard_is_refused_until_it_answers()
    {
        await using var swarm = SwarmOfHardware.StartOnline();
        swarm.Vendors.GoDown();
        Assert.Contains("The authority refuses: Rejected for its ", await swarm.Refused(MintedKernel.Tdx(swarm.Vendors.Intel)), StringComparison.Ordinal);

        swarm.Vendors.Instead = _ => null;
        swarm.Vendors.Clock.Now += TimeSpan.FromMinutes(11);
        using var guest = await swarm.Boot(MintedKernel.Tdx(swarm.Vendors.Intel), new MintedNvml(swarm.Vendors.Gpu));
        Assert.Equal("tdx", guest.EvidenceType);
    }

    [Theory, InlineData("tdx"), InlineData("sev-snp")]
    public async Task A_verdict_that_lacks_only_a_silent_vendors_word_may_be_tried_again(string type)
    {
        await using var swarm = SwarmOfHardware.StartOnline();
        swarm.Vendors.GoDown();
        using var key = P256.CreateKey();
        var evidence = await swarm.Gather(MintedKernel.Of(type, swarm), key, await swarm.Client().Challenge(key, Cancel), new MintedNvml(swarm.Vendors.Gpu));
        var binding = new EvidenceBinding(AttestationPurpose.Lease, Hash32.Sha256(key.ExportSubjectPublicKeyInfo()));
        var collateral = await swarm.Vendors.Service().For(evidence, Cancel);
        var result = new EvidenceVerifier(swarm.Roots, null).Verify(evidence, collateral, swarm.Policy, binding, swarm.Clock.GetUtcNow());
        Assert.Equal(Verdict.Refused, result.Verdict);
        Assert.All(result.Checks.Where(c => !c.Passed), c => Assert.Equal(FailureClass.Transient, c.Class));
    }

    [Fact]
    public async Task A_manifest_that_allows_only_other_hardware_is_refused_before_anything_is_asked()
    {
        await using var swarm = await SwarmOfHardware.Start();
        var fault = await swarm.Refused(MintedKernel.Tdx(swarm.Vendors.Intel), manifest: swarm.Manifest with { Tee = ["sev-snp"] });
        Assert.Equal("The manifest is refused: it allows sev-snp, and this machine is of type tdx.", fault);
    }

    [Fact]
    public async Task Development_in_hardwares_place_is_refused_by_the_authority()
    {
        await using var swarm = await SwarmOfHardware.Start();
        var fault = await swarm.Refused(new EmulatedTsm { Driver = null }, manifest: swarm.Manifest with { Tee = ["development", "tdx"] });
        Assert.Contains("development evidence is refused", fault, StringComparison.Ordinal);
    }
}

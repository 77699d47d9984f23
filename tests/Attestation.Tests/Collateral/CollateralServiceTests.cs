using System.Collections.Immutable;
using SwarmCompute.Attestation.Tests.Amd;

namespace SwarmCompute.Attestation.Tests.Collateral;

public sealed class CollateralServiceTests : IAsyncDisposable
{
    private readonly MintedVendors _vendors = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Types => ["tdx", "sev-snp", "nvidia"];

    public ValueTask DisposeAsync() => _vendors.DisposeAsync();

    [Theory, MemberData(nameof(Types))]
    public async Task What_vendors_publish_is_fetched_and_the_evidence_is_accepted(string type)
    {
        var collected = await Collect(_vendors.Service(), type);
        Assert.Empty(collected.Problems);
        var result = Verify(type, collected);
        Assert.True(result.Verdict == Verdict.Accepted, result.Why);
    }

    [Theory, MemberData(nameof(Types))]
    public async Task With_every_vendor_down_a_cache_on_disk_is_enough(string type)
    {
        await Collect(_vendors.Service(), type);
        _vendors.GoDown();
        var asked = _vendors.Asked.Length;
        var collected = await Collect(_vendors.Service(), type);
        Assert.Equal(Verdict.Accepted, Verify(type, collected).Verdict);
        Assert.Equal(asked, _vendors.Asked.Length);
    }

    [Theory, MemberData(nameof(Types))]
    public async Task With_every_vendor_down_and_nothing_kept_the_verdict_waits_and_refuses_nothing(string type)
    {
        _vendors.GoDown();
        var collected = await Collect(_vendors.Service(), type);
        Assert.NotEmpty(collected.Problems);
        Assert.All(collected.Problems, p => Assert.True(p.IsTransient, p.ToString()));
        var failed = Verify(type, collected).Checks.Where(c => !c.Passed).ToList();
        Assert.NotEmpty(failed);
        Assert.All(failed, c => Assert.True(c.Class == FailureClass.Transient, $"{c.Name}: {c.Detail} [{c.Code}]"));
    }

    [Theory, MemberData(nameof(Types))]
    public async Task A_bundle_alone_is_enough_and_nobody_is_asked(string type)
    {
        var cache = _vendors.Cache();
        await Collect(new CollateralService(cache, _vendors.Options, _vendors.Clock), type);
        var asked = _vendors.Asked.Length;
        var bundle = CollateralBundle.Read(cache.Export().Write(), out var fault);
        Assert.True(bundle is not null, fault);
        var offline = CollateralService.Offline(bundle, _vendors.Roots, _vendors.Clock, out var problems);
        Assert.Empty(problems);
        Assert.Equal(Verdict.Accepted, Verify(type, await Collect(offline, type)).Verdict);
        Assert.Equal(asked, _vendors.Asked.Length);
    }

    [Fact]
    public async Task A_quote_of_sgx_asks_for_what_is_of_sgx()
    {
        await using var vendors = new MintedVendors { Intel = new IntelCase(version: 3) };
        var collected = await vendors.Service().Collect("sgx", vendors.Intel.ToQuote(), [], null, Cancel);
        Assert.Empty(collected.Problems);
        Assert.Contains("/sgx/certification/v4/tcb?fmspc=B0C06F000000", vendors.Asked);
        Assert.Contains("/sgx/certification/v4/pckcrl?ca=platform&encoding=der", vendors.Asked);
    }

    [Theory]
    [InlineData(SnpProductLine.Milan, "?blSPL=10&teeSPL=00&snpSPL=27&ucodeSPL=88", 128)]
    [InlineData(SnpProductLine.Turin, "?fmcSPL=01&blSPL=02&teeSPL=00&snpSPL=03&ucodeSPL=71", 16)]
    public async Task A_chip_is_asked_for_as_its_line_names_it(SnpProductLine line, string query, int digits)
    {
        await using var vendors = new MintedVendors { Amd = SnpMint.Of(line) };
        var collected = await vendors.Service().Collect("sev-snp", vendors.Amd.Report(), [], null, Cancel);
        Assert.Empty(collected.Problems);
        Assert.Contains($"/vcek/v1/{line}/{Convert.ToHexStringLower(vendors.Amd.ChipId)[..digits]}{query}", vendors.Asked);
        Assert.Equal(Verdict.Accepted, vendors.Amd.Verify(vendors.Amd.Report(), collected.Collateral.Amd).Verdict);
    }

    [Fact]
    public async Task What_the_host_gave_is_taken_where_it_is_the_vendors_and_saves_asking()
    {
        var hint = MintedVendors.Pem(_vendors.Amd.Vcek, _vendors.Amd.Ask, _vendors.Amd.Ark);
        var collected = await _vendors.Service().Collect("sev-snp", _vendors.Amd.Report(), [], hint, Cancel);
        Assert.Equal(["/vcek/v1/Milan/crl"], _vendors.Asked);
        Assert.Equal(Verdict.Accepted, Verify("sev-snp", collected).Verdict);
    }

    [Fact]
    public async Task What_the_host_made_up_is_not_taken()
    {
        var hint = MintedVendors.Pem(_vendors.Amd.Vek(SnpKeyKind.Vcek, issuer: "strange"), _vendors.Amd.StrangeAsk, _vendors.Amd.StrangeArk);
        var collected = await _vendors.Service().Collect("sev-snp", _vendors.Amd.Report(), [], hint, Cancel);
        Assert.Empty(collected.Problems);
        Assert.Equal(Verdict.Accepted, Verify("sev-snp", collected).Verdict);
    }

    [Fact]
    public async Task A_key_of_a_cloud_provider_comes_from_the_host_alone()
    {
        var report = _vendors.Amd.Report(r => r[0x48] = 4);
        var without = await _vendors.Service().Collect("sev-snp", report, [], null, Cancel);
        Assert.Contains(without.Problems, p => !p.IsTransient && p.Why.Contains("VLEK", StringComparison.Ordinal));
        var with = await _vendors.Service().Collect("sev-snp", report, [], MintedVendors.Pem(_vendors.Amd.Vlek), Cancel);
        Assert.Empty(with.Problems);
        Assert.Equal(Verdict.Accepted, _vendors.Amd.Verify(report, with.Collateral.Amd).Verdict);
    }

    [Fact]
    public async Task The_same_items_give_the_same_object_again()
    {
        var service = _vendors.Service();
        Assert.Same((await Collect(service, "tdx")).Collateral.Intel, (await Collect(service, "tdx")).Collateral.Intel);
        Assert.Same((await Collect(service, "sev-snp")).Collateral.Amd, (await Collect(service, "sev-snp")).Collateral.Amd);
    }

    [Fact]
    public async Task Evidence_that_is_none_gives_problems_and_no_exception()
    {
        var service = _vendors.Service();
        var random = new Random(11);
        foreach (var type in (string[])["tdx", "sgx", "sev-snp", "cca", "other"])
        {
            foreach (var good in (byte[][])[_vendors.Intel.ToQuote(), _vendors.Amd.Report(), []])
            {
                _vendors.GoDown();
                var collected = await service.Collect(type, Mutants.Of([.. good, 1], random), [new(Mutants.Of(_vendors.Gpu.Report(), random), new byte[] { 1 })], new byte[] { 9 }, Cancel);
                Assert.NotEmpty(collected.Problems);
            }
        }
    }

    private Task<CollectedCollateral> Collect(CollateralService service, string type) => type switch
    {
        "tdx" => service.Collect(type, _vendors.Intel.ToQuote(), [], null, Cancel),
        "sev-snp" => service.Collect(type, _vendors.Amd.Report(), [], null, Cancel),
        _ => service.Collect("", default, [_vendors.Device], null, Cancel),
    };

    private AttestationResult Verify(string type, CollectedCollateral collected) => type switch
    {
        "tdx" => TdxVerifier.Verify(_vendors.Intel.ToQuote(), collected.Collateral.Intel, _vendors.Clock.Now, IntelCase.Root.Certificate.Hash, IntelPolicy.Default),
        "sev-snp" => _vendors.Amd.Verify(_vendors.Amd.Report(), collected.Collateral.Amd, at: _vendors.Clock.Now),
        _ => NvidiaVerifier.Verify(_vendors.Device.Report, _vendors.Device.Chain, Assert.Single(collected.Collateral.Devices), _vendors.Clock.Now, _vendors.Gpu.Roots, new(Nonce: null)),
    };
}

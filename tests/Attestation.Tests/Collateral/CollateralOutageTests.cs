using System.Text;

namespace SwarmCompute.Attestation.Tests.Collateral;

public sealed class CollateralOutageTests : IAsyncDisposable
{
    private const string Tcb = "/tdx/certification/v4/tcb";

    private readonly MintedVendors _vendors = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => [.. Misbehaviours.Keys];

    private static Dictionary<string, Func<MintedVendors, VendorReply>> Misbehaviours => new()
    {
        ["silent"] = _ => new([]) { IsSilent = true },
        ["endless"] = _ => new([]) { IsEndless = true },
        ["too long"] = _ => new(new byte[512 * 1024]),
        ["cut mid-body"] = v => v.Tcb() with { Missing = 100 },
        ["empty"] = v => v.Tcb() with { Body = [] },
        ["no header"] = v => new(v.Tcb().Body),
        ["header of noise"] = v => new(v.Tcb().Body, ("TCB-Info-Issuer-Chain", "%00%ff%zz")),
        ["header too long"] = v => new(v.Tcb().Body, ("TCB-Info-Issuer-Chain", new string('a', 40_000))),
        ["headers without end"] = v => new(v.Tcb().Body, ("X", new string('a', 400_000))),
        ["header of another signer"] = v => new(v.Tcb().Body, ("TCB-Info-Issuer-Chain", Uri.EscapeDataString(v.Intel.Authority.Pem + IntelCase.Root.Pem))),
        ["429"] = _ => new([], ("Retry-After", "1")) { Status = 429 },
        ["500"] = _ => new([]) { Status = 500 },
        ["html"] = v => new(Encoding.ASCII.GetBytes("<html>sorry</html>"), v.Tcb().Headers),
        ["one byte changed"] = v => Changed(v.Tcb()),
        ["other platform"] = v => Other(v, c => c.TcbInfo["fmspc"] = "00906ED50000"),
        ["other tee"] = v => Other(v, c => c.TcbInfo["id"] = "SGX"),
    };

    public ValueTask DisposeAsync() => _vendors.DisposeAsync();

    [Theory, MemberData(nameof(Names))]
    public async Task A_vendor_that_misbehaves_makes_the_verdict_wait_and_nothing_worse(string name)
    {
        await using var vendors = new MintedVendors();
        var options = vendors.Options with { RequestTimeout = TimeSpan.FromSeconds(2), RetryAfter = TimeSpan.Zero, RetryAfterMax = TimeSpan.Zero };
        vendors.Instead = path => path.StartsWith(Tcb, StringComparison.Ordinal) ? Misbehaviours[name](vendors) : null;
        var service = vendors.Service(options);
        var result = await Judge(vendors, service);
        Assert.Equal(Verdict.Refused, result.Verdict);
        Assert.All(result.Checks.Where(c => !c.Passed), c => Assert.Equal(FailureClass.Transient, c.Class));
        vendors.Instead = _ => null;
        Assert.Equal(Verdict.Accepted, (await Judge(vendors, service)).Verdict);
    }

    [Fact]
    public async Task What_is_past_its_end_is_still_given_inside_the_grace_and_said_to_be_stale()
    {
        var service = _vendors.Service();
        await Judge(_vendors, service);
        _vendors.GoDown();
        _vendors.Clock.Now = new(2026, 6, 17, 0, 0, 0, TimeSpan.Zero);
        var collected = await Collect(_vendors, service);
        Assert.NotNull(collected.Collateral.Intel!.TcbInfo);
        Assert.Contains(collected.Problems, p => p.Subject.StartsWith("intel/tdx/tcb", StringComparison.Ordinal) && p.Why.Contains("stale since", StringComparison.Ordinal));
        _vendors.Clock.Now = _vendors.Clock.Now.AddDays(7);
        Assert.Null((await Collect(_vendors, service)).Collateral.Intel!.TcbInfo);
    }

    [Fact]
    public async Task A_vendor_that_asks_to_be_left_alone_is_left_alone_with_all_its_items()
    {
        _vendors.Instead = path => path.StartsWith("/tdx", StringComparison.Ordinal) || path.StartsWith("/sgx", StringComparison.Ordinal)
            ? new([], ("Retry-After", "60")) { Status = 429 }
            : null;
        var service = _vendors.Service();
        await Collect(_vendors, service);
        var asked = _vendors.Asked.Length;
        var collected = await Collect(_vendors, service);
        Assert.Equal(asked, _vendors.Asked.Length);
        Assert.Contains(collected.Problems, p => p.Why.Contains("not asked again before", StringComparison.Ordinal));
        _vendors.Instead = _ => null;
        _vendors.Clock.Now = _vendors.Clock.Now.AddSeconds(61);
        Assert.Empty((await Collect(_vendors, service)).Problems);
    }

    [Fact]
    public async Task What_a_vendor_does_not_know_is_not_there_later_either()
    {
        _vendors.Instead = path => path.StartsWith(Tcb, StringComparison.Ordinal) ? VendorReply.NotFound : null;
        var problem = Assert.Single((await Collect(_vendors, _vendors.Service())).Problems);
        Assert.Equal(("intel/tdx/tcb/b0c06f000000", false), (problem.Subject, problem.IsTransient));
    }

    [Fact]
    public async Task Nobody_follows_a_vendor_elsewhere()
    {
        _vendors.Instead = path => path.StartsWith(Tcb, StringComparison.Ordinal) ? new([], ("Location", "/elsewhere")) { Status = 302 } : null;
        var problem = Assert.Single((await Collect(_vendors, _vendors.Service())).Problems);
        Assert.Contains("answers 302", problem.Why);
        Assert.DoesNotContain("/elsewhere", _vendors.Asked);
    }

    [Fact]
    public async Task The_time_for_a_collection_is_bounded_and_what_came_in_time_is_kept()
    {
        _vendors.Instead = path => path.StartsWith(Tcb, StringComparison.Ordinal) ? new([]) { IsSilent = true } : null;
        var collected = await Collect(_vendors, _vendors.Service(_vendors.Options with { CollectTimeout = TimeSpan.FromSeconds(2) }));
        Assert.Equal("the time for the collection was up", Assert.Single(collected.Problems).Why);
        Assert.NotNull(collected.Collateral.Intel!.QeIdentity);
    }

    [Fact]
    public async Task A_mirror_may_give_the_roots_list_in_hexadecimal()
    {
        var list = Encoding.ASCII.GetBytes(_vendors.Intel.ToCollateral()["root_ca_crl"]!.GetValue<string>() + "\n");
        _vendors.Instead = path => path == "/root.crl" ? new(list) : null;
        Assert.Equal(Verdict.Accepted, (await Judge(_vendors, _vendors.Service())).Verdict);
    }

    private static VendorReply Changed(VendorReply reply)
    {
        var body = (byte[])reply.Body.Clone();
        body[^20] ^= 1;
        return reply with { Body = body };
    }

    private static VendorReply Other(MintedVendors vendors, Action<IntelCase> change)
    {
        var other = new IntelCase();
        change(other);
        return vendors.Tcb(other);
    }

    private static Task<CollectedCollateral> Collect(MintedVendors vendors, CollateralService service) =>
        service.Collect("tdx", vendors.Intel.ToQuote(), [], null, Cancel);

    private static async Task<AttestationResult> Judge(MintedVendors vendors, CollateralService service) => TdxVerifier.Verify(
        vendors.Intel.ToQuote(), (await Collect(vendors, service)).Collateral.Intel, vendors.Clock.Now, IntelCase.Root.Certificate.Hash, IntelPolicy.Default);
}

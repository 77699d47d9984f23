using Microsoft.Extensions.Time.Testing;
using SwarmCompute.Attestation;
using SwarmCompute.Attestation.Tests;
using SwarmCompute.Attestation.Tests.Collateral;
using SwarmCompute.Guest.Authority;

namespace SwarmCompute.Guest.Tests.Hardware;

public sealed class VendorCollateralTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Vendors_that_hold_their_answers_back_leave_time_to_tell_the_guest_so()
    {
        await using var vendors = new MintedVendors { Instead = _ => new([]) { IsSilent = true } };
        var clock = new FakeTimeProvider(IntelCase.At);
        var options = vendors.Options with { RequestTimeout = TimeSpan.FromMinutes(1), CollectTimeout = AuthorityOptions.Parse(["--directory", "x", "--listen", "127.0.0.1:0"]).Vendors.CollectTimeout };
        await using var authority = VendorCollateral.Open(vendors.Folder, options, TrustRoots.Vendors, clock);
        var collecting = authority.Service.For(new Evidence("tdx", vendors.Intel.ToQuote(), default), Cancel).AsTask();
        clock.Advance(AuthorityServer.ConnectionTime - TimeSpan.FromSeconds(5));

        Assert.Null((await collecting.WaitAsync(Patience, Cancel)).Intel!.TcbInfo);
    }
}

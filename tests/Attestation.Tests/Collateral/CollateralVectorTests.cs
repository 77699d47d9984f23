using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace SwarmCompute.Attestation.Tests.Collateral;

public sealed class CollateralVectorTests
{
    [Fact]
    public async Task What_intel_signed_is_believed_under_its_own_root_and_judges_a_real_quote()
    {
        if (VectorFolder.Find("tdx") is not { } folder) return;
        var at = new DateTimeOffset(2025, 6, 20, 0, 0, 0, TimeSpan.Zero);
        using var json = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, "collateral_b0c06f_20250619.json"), TestContext.Current.CancellationToken));
        var quote = await File.ReadAllBytesAsync(Path.Combine(folder, "v4_phala_uptodate.quote"), TestContext.Current.CancellationToken);
        var bundle = new CollateralBundle(Items(json.RootElement, Root(quote), at));
        var service = CollateralService.Offline(bundle, TrustRoots.Vendors, new SetClock { Now = at }, out var problems);
        Assert.Empty(problems);
        var collected = await service.Collect("tdx", quote, [], null, TestContext.Current.CancellationToken);
        Assert.Empty(collected.Problems);
        var result = TdxVerifier.Verify(quote, collected.Collateral.Intel, at);
        Assert.True(result.Verdict == Verdict.Accepted, result.Why);
    }

    private static ImmutableArray<CollateralItem> Items(JsonElement json, byte[] root, DateTimeOffset at)
    {
        string Text(string name) => json.GetProperty(name).GetString()!;
        byte[] Utf8(string name) => Encoding.UTF8.GetBytes(Text(name));
        byte[] Hex(string name) => Convert.FromHexString(Text(name));
        byte[] Body(string name, string field) => Encoding.UTF8.GetBytes($"{{\"{name}\":{Text(field)},\"signature\":\"{Text(field + "_signature")}\"}}");
        return
        [
            new(CollateralKey.Tcb(isTdx: true, Convert.FromHexString("b0c06f000000")), Body("tcbInfo", "tcb_info"), Utf8("tcb_info_issuer_chain"), at),
            new(CollateralKey.QeIdentity(isTdx: true), Body("enclaveIdentity", "qe_identity"), Utf8("qe_identity_issuer_chain"), at),
            new(CollateralKey.PckCrl(isPlatform: true), Hex("pck_crl"), Utf8("pck_crl_issuer_chain"), at),
            new(CollateralKey.RootCrl(), Hex("root_ca_crl"), root, at),
        ];
    }

    private static byte[] Root(byte[] quote)
    {
        Assert.True(IntelQuote.TryParse(quote, out var parsed, out _, out var problem), problem);
        Assert.True(PkiChain.TryParse(parsed!.CertificationData, out var chain));
        return chain[^1].Raw.ToArray();
    }
}

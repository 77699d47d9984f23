using SwarmCompute.Chain.Crypto;

namespace SwarmCompute.Chain.Transactions;

/// <summary>What can be told of a signed transaction from its bytes.</summary>
/// <param name="Hash">Its hash.</param>
/// <param name="Sender">Who signed it.</param>
/// <param name="Nonce">Its nonce.</param>
internal sealed record SignedTransaction(Hash32 Hash, Address Sender, ulong Nonce)
{
    private const byte FeeMarket = 2;
    private const int FeeMarketFields = 9;
    private const int LegacyFields = 6;

    /// <summary>Reads a transaction of type 2 (EIP-1559) or a legacy one (EIP-155); null for other bytes.</summary>
    public static SignedTransaction? Read(ReadOnlySpan<byte> raw) => raw.Length > 0 && raw[0] == FeeMarket ? ReadFeeMarket(raw) : ReadLegacy(raw);

    private static SignedTransaction? ReadFeeMarket(ReadOnlySpan<byte> raw)
    {
        if (!RlpReader.TryList(raw[1..], out var list)) return null;
        var fields = new List<byte[]>();
        ulong nonce = 0;
        for (var i = 0; i < FeeMarketFields; i++)
        {
            if (!list.TryNext(out var field)) return null;
            if (i == 1 && !TryNumber(field, out nonce)) return null;
            fields.Add(i == FeeMarketFields - 1 ? Rlp.List() : Rlp.Bytes(field));
        }
        if (!list.TryUInt64(out var parity) || parity > 1 || !list.TryHash(out var r) || !list.TryHash(out var s) || !list.AtEnd) return null;
        var signer = new RecoverableSignature(r, s, (byte)parity).SignerOf(Keccak256.Hash([FeeMarket, .. Rlp.List([.. fields])]));
        return signer is { } sender ? new SignedTransaction(Keccak256.Hash(raw), sender, nonce) : null;
    }

    private static SignedTransaction? ReadLegacy(ReadOnlySpan<byte> raw)
    {
        if (!RlpReader.TryList(raw, out var list)) return null;
        var fields = new List<byte[]>();
        ulong nonce = 0;
        for (var i = 0; i < LegacyFields; i++)
        {
            if (!list.TryNext(out var field)) return null;
            if (i == 0 && !TryNumber(field, out nonce)) return null;
            fields.Add(Rlp.Bytes(field));
        }
        if (!list.TryUInt64(out var v) || v < 35 || !list.TryHash(out var r) || !list.TryHash(out var s) || !list.AtEnd) return null;
        fields.AddRange([Rlp.Number((v - 35) / 2), Rlp.Number(0), Rlp.Number(0)]);
        var signer = new RecoverableSignature(r, s, (byte)((v - 35) % 2)).SignerOf(Keccak256.Hash(Rlp.List([.. fields])));
        return signer is { } sender ? new SignedTransaction(Keccak256.Hash(raw), sender, nonce) : null;
    }

    private static bool TryNumber(ReadOnlySpan<byte> bytes, out ulong number)
    {
        number = 0;
        if (bytes.Length > sizeof(ulong)) return false;
        foreach (var b in bytes) number = (number << 8) | b;
        return true;
    }
}

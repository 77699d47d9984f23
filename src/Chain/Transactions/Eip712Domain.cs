using SwarmCompute.Chain.Crypto;

namespace SwarmCompute.Chain.Transactions;

/// <summary>Whom a signature under EIP-712 is for: a contract of a name and a version, on one chain.</summary>
/// <param name="Name">The contract's name for it, for example <c>SwarmCompute OrderBook</c>.</param>
/// <param name="Version">The version.</param>
/// <param name="ChainId">The chain.</param>
/// <param name="Contract">The contract that verifies.</param>
internal sealed record Eip712Domain(string Name, string Version, ulong ChainId, Address Contract)
{
    private static readonly Eip712Type Type = new(
        "EIP712Domain", new Eip712Field("string", "name"), new Eip712Field("string", "version"), new Eip712Field("uint256", "chainId"), new Eip712Field("address", "verifyingContract"));

    /// <summary>The hash of the domain (<c>domainSeparator</c>).</summary>
    public Hash32 Separator { get; } = new Eip712Struct(Type).Add(Name).Add(Version).Add(ChainId).Add(Contract).Hash;

    /// <summary>What an account signs: 0x19, 0x01, the domain's separator and the struct's hash.</summary>
    public Hash32 Digest(Hash32 structHash)
    {
        Span<byte> bytes = stackalloc byte[2 + 2 * Hash32.Size];
        (bytes[0], bytes[1]) = (0x19, 0x01);
        Separator.CopyTo(bytes[2..]);
        structHash.CopyTo(bytes[(2 + Hash32.Size)..]);
        return Keccak256.Hash(bytes);
    }

    /// <summary>The signature of a struct as contracts take it: r, s, and 27 or 28; 65 bytes.</summary>
    public byte[] Sign(Account account, Hash32 structHash)
    {
        var signature = account.Sign(Digest(structHash));
        return [.. signature.R.ToArray(), .. signature.S.ToArray(), (byte)(27 + signature.YParity)];
    }
}

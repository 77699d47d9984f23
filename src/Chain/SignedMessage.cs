using System.Globalization;
using System.Text;
using SwarmCompute.Chain.Crypto;

namespace SwarmCompute.Chain;

/// <summary>
/// Messages that an account signs off chain, as wallets do it ("personal_sign"): EIP-191, version 0x45. The signature is r‖s‖v, 65 bytes, with v
/// 27 or 28 and s in the lower half of the group order (EIP-2), so that a message has one signature by an account and no second form of it.
/// </summary>
public static class SignedMessage
{
    /// <summary>Bytes in a signature.</summary>
    public const int SignatureSize = 65;

    private const byte VOfEvenY = 27;

    /// <summary>Signs a message.</summary>
    /// <exception cref="ObjectDisposedException">The account's key is wiped.</exception>
    public static byte[] Sign(ReadOnlySpan<byte> message, Account account)
    {
        var signed = account.Sign(Digest(message));
        var signature = new byte[SignatureSize];
        signed.R.CopyTo(signature);
        signed.S.CopyTo(signature.AsSpan(Hash32.Size));
        signature[^1] = (byte)(VOfEvenY + signed.YParity);
        return signature;
    }

    /// <summary>
    /// Who signed the message. A signature of another message gives some other address, which nobody has the key of: compare the address with the
    /// one that is expected.
    /// </summary>
    /// <returns>Null where the bytes are no signature at all, of whatever message: their number, v, a high s, or an r that no key gives.</returns>
    public static Address? Signer(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureSize || signature[^1] is not (VOfEvenY or VOfEvenY + 1)) return null;
        var (r, low) = (new Hash32(signature[..Hash32.Size]), new Hash32(signature.Slice(Hash32.Size, Hash32.Size)));
        return new RecoverableSignature(r, low, (byte)(signature[^1] - VOfEvenY)).SignerOf(Digest(message));
    }

    /// <summary>The Keccak-256 of 0x19, "Ethereum Signed Message:\n", the message's length in decimal, and the message.</summary>
    private static Hash32 Digest(ReadOnlySpan<byte> message)
    {
        var prefix = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\u0019Ethereum Signed Message:\n{message.Length}"));
        return Keccak256.Hash([.. prefix, .. message]);
    }
}

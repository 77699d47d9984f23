using System.Security.Cryptography;

namespace SwarmCompute.Attestation;

/// <summary>A message with one signature: tag 18 over [protected, unprotected, payload, signature] (RFC 9052, section 4.2).</summary>
/// <param name="Algorithm">−7 is ES256, −35 is ES384, −36 is ES512 (RFC 9053, section 2.1).</param>
/// <param name="Protected">The protected header as it was signed.</param>
/// <param name="Payload">What is signed.</param>
/// <param name="Signature">r‖s, each as long as the curve's field.</param>
internal sealed record CoseSign1(long Algorithm, byte[] Protected, byte[] Payload, byte[] Signature)
{
    /// <summary>ECDSA with SHA-256 on P-256.</summary>
    public const long Es256 = -7;

    /// <summary>ECDSA with SHA-384 on P-384.</summary>
    public const long Es384 = -35;

    /// <summary>ECDSA with SHA-512 on P-521.</summary>
    public const long Es512 = -36;

    private const ulong Tag = 18;
    private const long AlgorithmLabel = 1, CriticalLabel = 2;

    /// <summary>Reads a message; null, and why, where it is none or says something that would change how it is to be read.</summary>
    public static CoseSign1? Read(ReadOnlyMemory<byte> bytes, out string fault)
    {
        if (CborDocument.Read(bytes, out fault) is not { } document) return null;
        if (document is not CborNode.Tagged { Tag: Tag, Content: CborNode.Items { Values: { Length: 4 } parts } })
            return Refused("it is not tag 18 over an array of four", out fault);
        if (parts is not [CborNode.Bytes header, CborNode.Map open, CborNode.Bytes payload, CborNode.Bytes signature])
            return Refused("its parts are not bytes, map, bytes and bytes", out fault);
        if (CborDocument.Read(header.Value, out var headerFault) is not CborNode.Map signed)
            return Refused($"its protected header is no map: {headerFault}", out fault);
        if (open[AlgorithmLabel] is not null) return Refused("its algorithm is not protected", out fault);
        if (open[CriticalLabel] is not null || signed[CriticalLabel] is not null) return Refused("it has critical headers", out fault);
        if (open.Pairs.Any(p => signed[p.Key] is not null)) return Refused("a header is both protected and not", out fault);
        return signed[AlgorithmLabel] is CborNode.Integer algorithm
            ? new(algorithm.Value, header.Value, payload.Value, signature.Value)
            : Refused("it names no algorithm", out fault);
    }

    /// <summary>Whether the key signed it: the algorithm is the one of the key's curve, and the signature holds.</summary>
    public bool IsSignedBy(ECDsa key)
    {
        var (algorithm, hash) = key.KeySize switch
        {
            256 => (Es256, HashAlgorithmName.SHA256),
            384 => (Es384, HashAlgorithmName.SHA384),
            521 => (Es512, HashAlgorithmName.SHA512),
            _ => (0L, default),
        };
        if (algorithm == 0 || algorithm != Algorithm || Signature.Length != 2 * ((key.KeySize + 7) / 8)) return false;
        try
        {
            return key.VerifyData(ToBeSigned(), Signature, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>Sig_structure ["Signature1", protected, external, payload] (RFC 9052, section 4.4).</summary>
    internal byte[] ToBeSigned() => CborDocument.Encode(new CborNode.Items(
        [new CborNode.Text("Signature1"), new CborNode.Bytes(Protected), new CborNode.Bytes([]), new CborNode.Bytes(Payload)]));

    private static CoseSign1? Refused(string why, out string fault)
    {
        fault = why;
        return null;
    }
}

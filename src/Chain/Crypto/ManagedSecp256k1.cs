using Org.BouncyCastle.Asn1.Sec;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;
using Org.BouncyCastle.Math.EC.Multiplier;
using Org.BouncyCastle.Utilities;

namespace SwarmCompute.Chain.Crypto;

/// <summary>secp256k1 without a native library: SEC 1, section 4.1.3, keeping the parity of R. Not constant time.</summary>
internal sealed class ManagedSecp256k1 : ISecp256k1
{
    private static readonly Org.BouncyCastle.Asn1.X9.X9ECParameters Curve = SecNamedCurves.GetByName("secp256k1");
    private static readonly BigInteger HalfOrder = Curve.N.ShiftRight(1);

    /// <inheritdoc/>
    public bool IsPrivateKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != 32) return false;
        var d = new BigInteger(1, key);
        return d.SignValue > 0 && d.CompareTo(Curve.N) < 0;
    }

    /// <inheritdoc/>
    public void PublicKey(ReadOnlySpan<byte> key, Span<byte> publicKey)
    {
        var point = new FixedPointCombMultiplier().Multiply(Curve.G, PrivateKey(key)).Normalize();
        point.AffineXCoord.GetEncoded().CopyTo(publicKey);
        point.AffineYCoord.GetEncoded().CopyTo(publicKey[32..]);
    }

    /// <inheritdoc/>
    public RecoverableSignature Sign(ReadOnlySpan<byte> key, Hash32 hash)
    {
        var d = PrivateKey(key);
        var message = hash.ToArray();
        var e = new BigInteger(1, message);
        var nonces = new HMacDsaKCalculator(new Sha256Digest());
        nonces.Init(Curve.N, d, message);
        while (true)
        {
            var k = nonces.NextK();
            var point = new FixedPointCombMultiplier().Multiply(Curve.G, k).Normalize();
            var x = point.AffineXCoord.ToBigInteger();
            if (x.CompareTo(Curve.N) >= 0) continue;    // one in 2^128; its signature would need a third recovery id
            var s = BigIntegers.ModOddInverse(Curve.N, k).Multiply(e.Add(d.Multiply(x))).Mod(Curve.N);
            if (x.SignValue == 0 || s.SignValue == 0) continue;

            var odd = point.AffineYCoord.TestBitZero();
            var high = s.CompareTo(HalfOrder) > 0;
            return new RecoverableSignature(ToHash(x), ToHash(high ? Curve.N.Subtract(s) : s), (byte)(odd ^ high ? 1 : 0));
        }
    }

    /// <inheritdoc/>
    public bool TryRecover(Hash32 hash, RecoverableSignature signature, Span<byte> publicKey)
    {
        var (r, s) = (new BigInteger(1, signature.R.ToArray()), new BigInteger(1, signature.S.ToArray()));
        if (!signature.IsLow || r.SignValue == 0 || r.CompareTo(Curve.N) >= 0 || s.SignValue == 0) return false;
        if (PointOf(r, signature.YParity) is not { } point) return false;
        var inverse = BigIntegers.ModOddInverse(Curve.N, r);
        var e = new BigInteger(1, hash.ToArray());
        var key = ECAlgorithms.SumOfTwoMultiplies(Curve.G, inverse.Multiply(e.Negate()).Mod(Curve.N), point, inverse.Multiply(s).Mod(Curve.N)).Normalize();
        if (key.IsInfinity) return false;
        key.AffineXCoord.GetEncoded().CopyTo(publicKey);
        key.AffineYCoord.GetEncoded().CopyTo(publicKey[32..]);
        return true;
    }

    /// <summary>The point with this x and this parity of y; null where the curve has none.</summary>
    private static ECPoint? PointOf(BigInteger x, byte yParity)
    {
        var field = Curve.Curve.Field.Characteristic;
        var square = x.ModPow(BigInteger.Three, field).Add(BigInteger.ValueOf(7)).Mod(field);
        var y = square.ModPow(field.Add(BigInteger.One).ShiftRight(2), field);           // the field's order is 3 modulo 4
        if (!y.Multiply(y).Mod(field).Equals(square)) return null;
        return Curve.Curve.CreatePoint(x, y.TestBit(0) == (yParity == 1) ? y : field.Subtract(y));
    }

    private BigInteger PrivateKey(ReadOnlySpan<byte> key) =>
        IsPrivateKey(key) ? new BigInteger(1, key) : throw new ArgumentException("Not a private key of secp256k1.", nameof(key));

    private static Hash32 ToHash(BigInteger value) => new(BigIntegers.AsUnsignedByteArray(Hash32.Size, value));
}

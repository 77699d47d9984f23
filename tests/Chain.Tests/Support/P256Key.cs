using System.Security.Cryptography;

namespace SwarmCompute.Chain.Tests.Support;

/// <summary>A P-256 key pair as an authority or a CVM has one.</summary>
public sealed class P256Key : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public P256Key()
    {
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        Point = new P256Point(new Hash32(point.X), new Hash32(point.Y));
    }

    public P256Point Point { get; }

    public P256Signature Sign(Hash32 digest) => P256Signature.FromFixed(_key.SignHash(digest.ToArray()));

    public void Dispose() => _key.Dispose();
}

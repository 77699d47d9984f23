using System.Formats.Asn1;

namespace SwarmCompute.Attestation.Tests;

public sealed class PkiAlgorithmTests
{
    private const string Sha256 = "2.16.840.1.101.3.4.2.1", Sha384 = "2.16.840.1.101.3.4.2.2", Mgf1 = "1.2.840.113549.1.1.8";

    [Theory]
    [InlineData(Sha384, Mgf1, Sha384, 48, null, true)]
    [InlineData(Sha384, Mgf1, Sha384, 48, 1, true)]
    [InlineData(Sha256, Mgf1, Sha384, 48, 1, false)]
    [InlineData(Sha384, Mgf1, Sha256, 48, 1, false)]
    [InlineData(Sha384, Sha384, Sha384, 48, 1, false)]
    [InlineData(Sha384, Mgf1, Sha384, 32, 1, false)]
    [InlineData(Sha384, Mgf1, Sha384, 0, 1, false)]
    [InlineData(Sha384, Mgf1, Sha384, 48, 2, false)]
    public void PSS_is_taken_with_SHA384_throughout_and_a_salt_of_its_size(string hash, string mask, string maskHash, int salt, int? trailer, bool isTaken) =>
        Assert.Equal(isTaken ? PkiAlgorithm.RsaPssSha384 : PkiAlgorithm.Unknown, PkiAsn.ReadAlgorithm(Pss(hash, mask, maskHash, salt, trailer)));

    [Theory]
    [InlineData("1.2.840.10045.4.3.2", PkiAlgorithm.EcdsaP256Sha256)]
    [InlineData("1.2.840.10045.4.3.3", PkiAlgorithm.EcdsaP384Sha384)]
    [InlineData("1.2.840.10045.4.3.4", PkiAlgorithm.Unknown)]
    [InlineData("1.2.840.113549.1.1.12", PkiAlgorithm.Unknown)]
    public void Another_algorithm_is_not_known(string oid, PkiAlgorithm algorithm) => Assert.Equal(algorithm, PkiAsn.ReadAlgorithm(Encoded(w => w.WriteObjectIdentifier(oid))));

    private static byte[] Pss(string hash, string mask, string maskHash, int salt, int? trailer) => Encoded(w =>
    {
        w.WriteObjectIdentifier("1.2.840.113549.1.1.10");
        using var parameters = w.PushSequence();
        Tagged(w, 0, () => Identifier(w, hash));
        Tagged(w, 1, () => Identifier(w, mask, () => Identifier(w, maskHash)));
        Tagged(w, 2, () => w.WriteInteger(salt));
        if (trailer is { } number) Tagged(w, 3, () => w.WriteInteger(number));
    });

    private static byte[] Encoded(Action<AsnWriter> write)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence()) write(writer);
        return writer.Encode();
    }

    private static void Tagged(AsnWriter writer, int tag, Action write)
    {
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, tag))) write();
    }

    private static void Identifier(AsnWriter writer, string oid, Action? parameters = null)
    {
        using var sequence = writer.PushSequence();
        writer.WriteObjectIdentifier(oid);
        if (parameters is null) writer.WriteNull();
        else parameters();
    }
}

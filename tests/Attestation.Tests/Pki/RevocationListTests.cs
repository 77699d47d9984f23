using System.Formats.Asn1;

namespace SwarmCompute.Attestation.Tests;

public sealed class RevocationListTests
{
    private static readonly DateTimeOffset At = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly TestAuthority _root = TestAuthority.Root("root");

    [Fact]
    public void It_names_what_was_revoked_and_nothing_else()
    {
        var (revoked, other) = (_root.Issue("leaf").Certificate, _root.Issue("leaf").Certificate);
        var list = Parse(_root.List(null, null, revoked.Serial));

        Assert.True(list.Check(_root.Certificate, At).Holds);
        Assert.Equal(1, list.Count);
        Assert.True(list.Contains(revoked.Serial.Span));
        Assert.False(list.Contains(other.Serial.Span));
    }

    [Fact]
    public void A_list_of_another_issuer_is_refused()
    {
        Assert.Equal(PkiReason.Name, Parse(TestAuthority.Root("other").List()).Check(_root.Certificate, At).Reason);
        Assert.Equal(PkiReason.Signature, Parse(TestAuthority.Root("root").List()).Check(_root.Certificate, At).Reason);
    }

    [Fact]
    public void Time_is_judged_at_both_ends()
    {
        Assert.Equal(PkiReason.Expired, Parse(_root.List(null, At.AddSeconds(-1))).Check(_root.Certificate, At).Reason);
        Assert.Equal(PkiReason.NotYetValid, Parse(_root.List(At.AddSeconds(1))).Check(_root.Certificate, At).Reason);
    }

    [Fact]
    public void A_leaf_issues_no_list()
    {
        var leaf = _root.Issue("leaf");
        Assert.Equal(PkiReason.Authority, Parse(leaf.List()).Check(leaf.Certificate, At).Reason);
    }

    [Theory]
    [InlineData("2.5.29.27", false), InlineData("2.5.29.28", true), InlineData("1.2.3.4", true)]
    public void Delta_lists_indirect_lists_and_unknown_critical_extensions_are_refused(string oid, bool critical) =>
        Assert.False(RevocationList.TryParse(With(_root, oid, critical), out _));

    [Fact]
    public void An_unknown_extension_that_is_not_critical_is_ignored() => Assert.True(Parse(With(_root, "1.2.3.4", false)).Check(_root.Certificate, At).Holds);

    private static RevocationList Parse(byte[] der)
    {
        Assert.True(RevocationList.TryParse(der, out var list));
        return list!;
    }

    // A list as the platform's builder cannot make it.
    private static byte[] With(TestAuthority issuer, string oid, bool critical)
    {
        var tbs = new AsnWriter(AsnEncodingRules.DER);
        using (tbs.PushSequence())
        {
            tbs.WriteInteger(1);
            Algorithm(tbs);
            tbs.WriteEncodedValue(issuer.Certificate.Subject.Span);
            tbs.WriteUtcTime(TestAuthority.From);
            tbs.WriteUtcTime(TestAuthority.Until);
            using (tbs.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            using (tbs.PushSequence())
            using (tbs.PushSequence())
            {
                tbs.WriteObjectIdentifier(oid);
                if (critical) tbs.WriteBoolean(true);
                tbs.WriteOctetString([5, 0]);
            }
        }
        var list = new AsnWriter(AsnEncodingRules.DER);
        using (list.PushSequence())
        {
            list.WriteEncodedValue(tbs.Encode());
            Algorithm(list);
            list.WriteBitString(issuer.SignDer(tbs.Encode()));
        }
        return list.Encode();
    }

    private static void Algorithm(AsnWriter writer)
    {
        using (writer.PushSequence()) writer.WriteObjectIdentifier("1.2.840.10045.4.3.2");
    }
}

using System.Buffers.Binary;
using CsCheck;

namespace SwarmCompute.Attestation.Tests.Amd;

public sealed class SnpCertificateTableTests
{
    private const string Vcek = "63da758de6644564adc5f4b93be8accd", Vlek = "a8074bc2a25a483eaae639c045a0b8a1", Ask = "4ab7b379bbac4fe4a02f05aef327c782";
    private const string Ark = "c0b406a4a803495297433fb6014cd0ae", Other = "00112233445566778899aabbccddeeff";

    private static readonly byte[] Der = [0x30, 3, 2, 1, 5], Long = [0x30, 0x82, 1, 0, 4, 0x81, 0xfd, .. new byte[253]];

    [Fact]
    public void Certificates_come_in_the_order_of_the_table() =>
        Assert.Equal([Der, Long, Der, Long], Read(Table((Ark, Der), (Vcek, Long), (Ask, Der), (Vlek, Long))));

    [Fact]
    public void GUIDs_stand_as_they_are_written()
    {
        byte[] table = [0x63, 0xda, 0x75, 0x8d, 0xe6, 0x64, 0x45, 0x64, 0xad, 0xc5, 0xf4, 0xb9, 0x3b, 0xe8, 0xac, 0xcd, 48, 0, 0, 0, 5, 0, 0, 0, .. new byte[24], .. Der];
        Assert.Equal([Der], Read(table));
        table.AsSpan(0, 4).Reverse();          // the order of Microsoft's GUIDs: not known
        Assert.Equal([], Read(table));
    }

    [Fact]
    public void Real_certificates_go_on_to_the_verifier()
    {
        var genoa = SnpMint.Of(SnpProductLine.Genoa);
        var table = Table((Vcek, genoa.Vcek), (Ask, genoa.Ask), (Ark, genoa.Ark));
        ReadOnlyMemory<byte>[] documents = [.. SnpCertificateTable.Read(table, out _)!.Value, genoa.Crl];
        Assert.Equal(Verdict.Accepted, genoa.Verify(genoa.Report(), SnpEndorsements.Read(documents)).Verdict);
    }

    [Fact]
    public void A_host_may_give_none()
    {
        Assert.Equal([], Read([]));
        Assert.Equal([], Read(new byte[4096]));
        Assert.Equal([], Read(new byte[7]));
    }

    [Fact]
    public void What_is_not_known_is_skipped() => Assert.Equal([Der], Read(Table((Other, [1, 2, 3]), (Vcek, Der), (Other, [4]))));

    [Fact]
    public void Zeros_behind_a_certificate_are_padding()
    {
        Assert.Equal([Der], Read(Table((Vcek, [.. Der, 0, 0, 0]))));
        Assert.Equal([Der], Read([.. Table((Vcek, Der)), .. new byte[4096]]));
    }

    [Theory]
    [InlineData("lies outside", 48, 6)]
    [InlineData("lies outside", 48, 0)]
    [InlineData("lies outside", 54, 1)]
    [InlineData("lies outside", 0xffffffff, 1)]
    [InlineData("lies outside", 48, 0xffffffff)]
    [InlineData("lies outside", 0xfffffff0, 0x20)]
    [InlineData("lies outside", 0x80000000, 0x80000000)]
    [InlineData("lie over", 47, 5)]
    [InlineData("lie over", 0, 53)]
    [InlineData("lie over", 24, 24)]
    [InlineData("no certificate", 48, 4)]
    [InlineData("no certificate", 49, 4)]
    public void An_entry_that_lies_spoils_the_table(string why, uint start, uint length)
    {
        var table = Table((Vcek, Der));
        BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(16), start);
        BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(20), length);
        Assert.Contains(why, Refused(table), StringComparison.Ordinal);
    }

    [Fact]
    public void Entries_that_share_bytes_spoil_the_table()
    {
        var table = Table((Vcek, Der), (Other, Der));
        BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(24 + 16), 72 + 4);
        Assert.Contains("lie over", Refused(table), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_of_a_kind_spoil_the_table() => Assert.Contains("two entries", Refused(Table((Vcek, Der), (Vcek, Der))), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("3003020105 01")]
    [InlineData("3080020105 0000")]
    [InlineData("0203020105")]
    [InlineData("30820003020105")]
    public void What_is_no_certificate_spoils_the_table(string hex) =>
        Assert.NotEmpty(Refused(Table((Vcek, Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))))));

    [Fact]
    public void A_table_has_an_end_and_a_size()
    {
        var entries = Enumerable.Repeat((Other, Der), SnpCertificateTable.EntriesMax).ToArray();
        Assert.Equal([], Read(Table(entries)));
        Assert.Contains("more than", Refused(Table([.. entries, (Other, Der)])), StringComparison.Ordinal);
        Assert.Contains("no entry of zeros", Refused([.. Convert.FromHexString(Vcek), .. new byte[4], 1, 0, 0, 0]), StringComparison.Ordinal);
        Assert.Contains("no entry of zeros", Refused([1, 2, 3]), StringComparison.Ordinal);
        Assert.Contains("at most", Refused(new byte[SnpCertificateTable.BytesMax + 1]), StringComparison.Ordinal);
        Assert.Equal([], Read(new byte[SnpCertificateTable.BytesMax]));
    }

    [Fact]
    public void Any_certificates_come_back_as_they_were() =>
        Gen.Shuffle(new[] { Vcek, Vlek, Ask, Ark }).SelectMany(ids => Gen.Int[0, 300].Array[4].Select(sizes => ids.Zip(sizes, (id, size) => (Id: id, Der: Octets(size)))))
            .Sample(entries => Assert.Equal(entries.Select(e => e.Der), Read(Table([.. entries.Select(e => (e.Id, e.Der))]))));

    [Fact]
    public void Whatever_a_host_gives_no_certificate_lies_outside_of_it_and_nothing_is_thrown() =>
        Gen.Int[0, int.MaxValue].Sample(seed =>
        {
            var mutant = Mutants.Of(Table((Vcek, Der), (Other, Long), (Ark, Long)), new Random(seed));
            var certificates = SnpCertificateTable.Read(mutant, out var fault);
            Assert.Equal(certificates is null, fault.Length > 0);
            Assert.All(certificates ?? [], c => Assert.True(c.Span[0] == 0x30 && mutant.AsSpan().IndexOf(c.Span) >= 48));
        });

    private static IEnumerable<byte[]> Read(byte[] table)
    {
        var certificates = SnpCertificateTable.Read(table, out var fault);
        Assert.Equal("", fault);
        return certificates!.Value.Select(c => c.ToArray());
    }

    private static string Refused(byte[] table)
    {
        Assert.Null(SnpCertificateTable.Read(table, out var fault));
        return fault;
    }

    private static byte[] Octets(int size)
    {
        var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (writer.PushSequence()) writer.WriteOctetString(new byte[size]);
        return writer.Encode();
    }

    private static byte[] Table(params (string Id, byte[] Bytes)[] entries)
    {
        var table = new List<byte>();
        var start = 24 * (entries.Length + 1);
        foreach (var (id, bytes) in entries)
        {
            table.AddRange([.. Convert.FromHexString(id), .. BitConverter.GetBytes(start), .. BitConverter.GetBytes(bytes.Length)]);
            start += bytes.Length;
        }
        return [.. table, .. new byte[24], .. entries.SelectMany(e => e.Bytes)];
    }
}

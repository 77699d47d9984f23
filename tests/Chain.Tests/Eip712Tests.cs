using SwarmCompute.Chain.Crypto;
using SwarmCompute.Chain.Transactions;

namespace SwarmCompute.Chain.Tests;

/// <summary>Typed data (EIP-712). The figures are those of the EIP's own example, "Mail" (assets/eip-712/Example.js).</summary>
public sealed class Eip712Tests
{
    private static readonly Eip712Type Person = new("Person", new Eip712Field("string", "name"), new Eip712Field("address", "wallet"));
    private static readonly Eip712Type Mail = new("Mail", [new("Person", "from"), new("Person", "to"), new("string", "contents")], [Person]);
    private static readonly Eip712Domain Domain = new("Ether Mail", "1", 1, Address.Parse("0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"));

    private static Hash32 Message => new Eip712Struct(Mail)
        .Add(new Eip712Struct(Person).Add("Cow").Add(Address.Parse("0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826")))
        .Add(new Eip712Struct(Person).Add("Bob").Add(Address.Parse("0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB")))
        .Add("Hello, Bob!").Hash;

    [Fact]
    public void A_type_is_encoded_with_what_it_refers_to() =>
        Assert.Equal("Mail(Person from,Person to,string contents)Person(string name,address wallet)", Mail.ToString());

    [Fact]
    public void The_examples_hashes_are_the_published_ones()
    {
        Assert.Equal("a0cedeb2dc280ba39b857546d74f5549c3a1d7bdc2dd96bf881f76108e23dac2", Mail.Hash.ToString());
        Assert.Equal("c52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e", Message.ToString());
        Assert.Equal("f2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f", Domain.Separator.ToString());
        Assert.Equal("be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2", Domain.Digest(Message).ToString());
    }

    [Fact]
    public void The_examples_signature_is_the_published_one()
    {
        using var cow = Account.FromPrivateKey(Keccak256.Hash("cow"u8).ToArray());
        Assert.Equal("0xcd2a3d9f938e13cd947ec05abc7fe734df8dd826", cow.Address.ToString());
        Assert.Equal(
            "4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b915621c",
            Convert.ToHexStringLower(Domain.Sign(cow, Message)));
    }

    [Fact]
    public void A_member_of_another_type_or_too_few_or_too_many_are_refused()
    {
        Assert.Throws<InvalidOperationException>(() => new Eip712Struct(Person).Add(7));
        Assert.Throws<InvalidOperationException>(() => new Eip712Struct(Person).Add("Cow").Hash);
        Assert.Throws<InvalidOperationException>(() => new Eip712Struct(Person).Add("Cow").Add(default(Address)).Add("more"));
        Assert.Throws<InvalidOperationException>(() => new Eip712Struct(new Eip712Type("T", new Eip712Field("uint8", "a"))).Add(256));
        Assert.Throws<InvalidOperationException>(() => new Eip712Struct(new Eip712Type("T", new Eip712Field("bool", "a"))).Add(2));
    }

    [Fact]
    public void An_array_of_structs_is_the_hash_of_its_hashes()
    {
        var list = new Eip712Type("List", [new("Person[]", "people")], [Person]);
        var one = new Eip712Struct(Person).Add("Cow").Add(default(Address));
        byte[] words = [.. list.Hash.ToArray(), .. Keccak256.Hash([.. one.Hash.ToArray(), .. one.Hash.ToArray()]).ToArray()];
        Assert.Equal(Keccak256.Hash(words), new Eip712Struct(list).Add("Person", one, one).Hash);
    }
}

using SwarmCompute.Chain.Abi;

namespace SwarmCompute.Chain.Tests;

/// <summary>What a contract refuses with, in words.</summary>
public sealed class RevertReasonTests
{
    [Fact]
    public void An_error_of_ours_is_named_with_its_arguments()
    {
        var refusal = RevertReason.Decode(new AbiWriter("DepositTooSmall(uint128,uint128)").Add(9).Add(10).ToArray());
        Assert.Equal("DepositTooSmall", refusal.ErrorName);
        Assert.Equal("The contract refused: DepositTooSmall(given 9, needed 10).", refusal.Message);
    }

    [Fact]
    public void Error_with_a_text_gives_the_text()
    {
        // As Solidity encodes require(false, "paused").
        var data = Convert.FromHexString("08c379a0" + "20".PadLeft(64, '0') + "06".PadLeft(64, '0') + "706175736564".PadRight(64, '0'));
        Assert.Equal("The contract refused: paused", RevertReason.Decode(data).Message);
    }

    [Fact]
    public void A_panic_gives_its_number()
    {
        Assert.Equal("The contract failed an internal check: Panic(17).", RevertReason.Decode(new AbiWriter("Panic(uint256)").Add(17).ToArray()).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("08")]
    [InlineData("08c379a0")]
    [InlineData("08c379a000")]
    [InlineData("4e487b71")]
    [InlineData("12345678")]
    public void Data_cut_short_are_still_a_refusal(string hex) =>
        Assert.Equal(ChainErrorKind.Reverted, RevertReason.Decode(Convert.FromHexString(hex)).Kind);

    [Fact]
    public void A_text_that_claims_to_be_endless_is_cut()
    {
        var data = Convert.FromHexString("08c379a0" + "20".PadLeft(64, '0') + new string('f', 64) + string.Concat(Enumerable.Repeat("41", 5000)));
        Assert.InRange(RevertReason.Decode(data).Message.Length, 1, 300);
    }
}

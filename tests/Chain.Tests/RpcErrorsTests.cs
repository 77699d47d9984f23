using SwarmCompute.Chain.JsonRpc;

namespace SwarmCompute.Chain.Tests;

/// <summary>What providers and nodes say, and what it means. The texts are those that they were seen to say, or have in their sources.</summary>
public sealed class RpcErrorsTests
{
    [Theory]
    [InlineData("exceed maximum block range: 5000", 5000)]                                                             // bsc
    [InlineData("exceed maximum block range: 50000", 50_000)]                                                          // opBNB
    [InlineData("exceed maximum block range: 50,000", 50_000)]                                                         // publicnode
    [InlineData("query returned more than 10000 results. Try with this block range [0x10, 0x1F].", 16)]                // infura
    [InlineData("Log response size exceeded. this block range should work: [0xe0, 0xe9]", 10)]                         // alchemy
    [InlineData("eth_getLogs is limited to a 10,000 range", 10_000)]                                                   // quicknode, 1rpc, blast
    [InlineData("eth_getLogs is limited to 1024 block range", 1024)]                                                   // blockpi
    [InlineData("Maximum allowed number of requested blocks is 1000", 1000)]                                           // thirdweb
    [InlineData("eth_getLogs range is too large, max is 1k blocks", 1000)]                                             // merkle
    [InlineData("eth_getLogs range is too large, max is 10k blocks", 10_000)]
    [InlineData("please limit the query to at most 1,000 blocks", 1000)]                                               // coinbase
    [InlineData("requested too many blocks from 100 to 2000, maximum is set to 800", 800)]
    [InlineData("Max range: 800", 800)]                                                                                // cloudflare
    [InlineData("query exceeds the range allowed for your plan (5000 > 1000)", 1000)]
    [InlineData("query exceeds max block range 100000", 50_000)]
    [InlineData("range 1000000 exceeds limit of 10000", 10_000)]                                                       // infura
    public void A_range_too_large_comes_with_the_range_that_would_do(string text, int range) =>
        Assert.Equal((ChainErrorKind.RangeTooLarge, range), RpcErrors.Classify("eth_getLogs", -32000, text));

    [Theory]
    [InlineData("block range is too wide")]                                                                            // ankr
    [InlineData("Block range limit exceeded.")]                                                                        // chainstack
    [InlineData("query returned more than 10000 results")]
    [InlineData("Log response size exceeded")]
    [InlineData("response too large")]
    [InlineData("request timed out")]
    [InlineData("batch too large")]
    [InlineData("this block range should work: [0x20, 0x10]", "block range is too wide; ")]                            // what it suggests makes no sense
    public void A_range_too_large_may_come_without_a_range(string text, string before = "") =>
        Assert.Equal((ChainErrorKind.RangeTooLarge, null), RpcErrors.Classify("eth_getLogs", -32005, before + text));

    [Theory]
    [InlineData("limit exceeded", ChainErrorKind.RateLimited)]                                                         // BNB chain's own endpoints, for any eth_getLogs
    [InlineData("daily request count exceeded, request rate limited", ChainErrorKind.RateLimited)]
    [InlineData("Too Many Requests", ChainErrorKind.RateLimited)]
    [InlineData("already known", ChainErrorKind.AlreadyKnown)]
    [InlineData("transaction already imported", ChainErrorKind.AlreadyKnown)]                                          // anvil
    [InlineData("nonce too low: next nonce 7, tx nonce 5", ChainErrorKind.NonceTooLow)]
    [InlineData("replacement transaction underpriced", ChainErrorKind.Underpriced)]
    [InlineData("transaction underpriced: tip needed 50000000, tip permitted 1", ChainErrorKind.Underpriced)]
    [InlineData("max fee per gas less than block base fee", ChainErrorKind.Underpriced)]
    [InlineData("insufficient funds for gas * price + value", ChainErrorKind.InsufficientFunds)]
    [InlineData("Insufficient funds for gas * price + value", ChainErrorKind.InsufficientFunds)]                       // anvil
    [InlineData("exceeds block gas limit", ChainErrorKind.GasTooHigh)]
    [InlineData("transaction gas limit too high (cap: 16777216, tx: 20000000)", ChainErrorKind.GasTooHigh)]
    [InlineData("in-flight transaction limit reached for delegated accounts", ChainErrorKind.PoolFull)]
    [InlineData("txpool is full", ChainErrorKind.PoolFull)]
    [InlineData("unknown block", ChainErrorKind.UnknownBlock)]
    [InlineData("header not found", ChainErrorKind.UnknownBlock)]
    [InlineData("BlockOutOfRangeError: block height is 5 but requested was 9", ChainErrorKind.UnknownBlock)]           // anvil
    [InlineData("pruned history unavailable", ChainErrorKind.Pruned)]
    [InlineData("missing trie node 1234 (path ) state 0x12 is not available", ChainErrorKind.Pruned)]
    [InlineData("the method eth_getFinalizedHeader does not exist/is not available", ChainErrorKind.Unsupported)]
    [InlineData("Method not found", ChainErrorKind.Unsupported)]
    [InlineData("request timed out", ChainErrorKind.Timeout)]
    [InlineData("pending logs are not supported", ChainErrorKind.Rejected)]
    [InlineData("invalid block range params", ChainErrorKind.Rejected)]
    [InlineData("exceed max topics", ChainErrorKind.Rejected)]
    [InlineData("exceed max addresses or topics per search position", ChainErrorKind.Rejected)]
    [InlineData("no reason given", ChainErrorKind.Rejected)]
    public void The_words_decide_and_not_the_code(string text, ChainErrorKind kind) =>
        Assert.All([-32000, -32003, 3], code => Assert.Equal((kind, null), RpcErrors.Classify("eth_call", code, text)));

    [Theory]
    [InlineData(-32601, ChainErrorKind.Unsupported)]
    [InlineData(-32005, ChainErrorKind.RateLimited)]
    [InlineData(-32602, ChainErrorKind.Rejected)]
    public void Where_the_words_say_nothing_the_code_decides(int code, ChainErrorKind kind) =>
        Assert.Equal(kind, RpcErrors.Classify("eth_call", code, "something else").Kind);

    [Fact]
    public void Only_the_beginning_of_a_text_is_looked_at() =>
        Assert.Equal(ChainErrorKind.Rejected, RpcErrors.Classify("eth_call", 0, new string('9', 5_000_000) + "already known").Kind);
}

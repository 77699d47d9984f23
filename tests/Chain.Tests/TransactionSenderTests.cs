using System.Globalization;
using System.Text.Json.Nodes;
using SwarmCompute.Chain.JsonRpc;
using SwarmCompute.Chain.Tests.Support;

namespace SwarmCompute.Chain.Tests;

/// <summary>Transactions on a chain that makes blocks only when a test says so.</summary>
public sealed class TransactionSenderTests(DevelopmentChain chain) : IClassFixture<DevelopmentChain>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_transaction_that_is_never_mined_times_out_and_is_named()
    {
        await using var client = await Paused(TimeSpan.FromSeconds(1));
        var failure = await Assert.ThrowsAsync<ChainException>(() => Approve(client, account: 4));
        Assert.Equal(ChainErrorKind.Timeout, failure.Kind);
        Assert.Contains("it may still be", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stuck_transaction_is_offered_for_more_under_its_nonce_and_counts_once()
    {
        await using var client = await Paused(TimeSpan.FromMinutes(1) / 10);
        var sent = Approve(client, account: 5);
        var first = await Pending(account: 5, offered: _ => true);
        await Pending(account: 5, offered: price => price > first);
        await chain.Anvil.Mine(1, Cancel);
        await sent;
        var count = await client.Request("eth_getTransactionCount", [Development.Anvil.Accounts[5].Address.ToString(), "latest"], Cancel);
        Assert.Equal("0x1", count.GetString());
    }

    [Fact]
    public async Task A_refusal_that_only_shows_in_the_block_is_named_too()
    {
        using var script = new OrderScript(chain);
        await chain.Client.Request("evm_setAutomine", [true], Cancel);
        await script.Place(deposit: 10, unitPrice: 1, slots: 1, Cancel);
        await script.Assign(slot: 0, epoch: 1, Cancel);
        await script.Submit(epoch: 1, units: 1, Cancel);

        await using var client = await Paused(TimeSpan.FromMinutes(1));
        var settling = ErrorOf(new OrderBook(client, Development.Anvil.Accounts[7]).Settle(script.Order, Cancel));
        var price = await Pending(account: 7, offered: _ => true);
        await client.Request("eth_sendTransaction", [new JsonObject        // for more, so that it comes before the one that waits
        {
            ["from"] = Development.Anvil.Accounts[6].Address.ToString(),
            ["to"] = chain.Options.OrderBook.ToString(),
            ["data"] = Hex.Data(Development.OrderCallData.Settle(script.Order)),
            ["gas"] = "0x7a120",
            ["gasPrice"] = Hex.Quantity(10 * price),
        }], Cancel);
        await chain.Anvil.Mine(1, Cancel);
        Assert.Equal("WrongStatus", await settling);
    }

    [Fact]
    public async Task An_endpoint_that_fails_after_the_transaction_was_handed_over_is_asked_again()
    {
        var receipts = 0;
        await using var server = new ScriptedRpc((method, _) => method switch
        {
            "eth_estimateGas" or "eth_gasPrice" or "eth_getTransactionCount" => ScriptedRpc.Result("0x5"),
            "eth_sendRawTransaction" => "<html>bad gateway</html>",
            "eth_getTransactionReceipt" when ++receipts < 3 => ScriptedRpc.Error("limit exceeded"),
            _ => ScriptedRpc.Result(Receipt()),
        });
        await using var client = server.Client();
        Assert.Equal(OrderScript.Report, await Approve(client, account: 8));
        Assert.Equal(3, receipts);
    }

    [Fact]
    public async Task An_endpoint_that_refuses_the_transaction_is_believed()
    {
        await using var server = new ScriptedRpc((method, _) =>
            method == "eth_sendRawTransaction" ? ScriptedRpc.Error("insufficient funds for gas * price + value") : ScriptedRpc.Result("0x5"));
        await using var client = server.Client();
        var failure = await Assert.ThrowsAsync<ChainException>(() => Approve(client, account: 8));
        Assert.Equal(ChainErrorKind.InsufficientFunds, failure.Kind);
        Assert.Contains("insufficient funds", failure.Message, StringComparison.Ordinal);
    }

    private static JsonObject Receipt() => new()
    {
        ["status"] = "0x1",
        ["transactionHash"] = $"0x{OrderScript.Report}",
        ["blockNumber"] = "0x9",
        ["gasUsed"] = "0x5208",
        ["contractAddress"] = null,
        ["logs"] = new JsonArray(),
    };

    private static async Task<string?> ErrorOf(Task<Hash32> sending)
    {
        try
        {
            await sending;
            return null;
        }
        catch (ChainException e)
        {
            return e.ErrorName;
        }
    }

    private static Task<Hash32> Approve(ChainClient client, int account) =>
        new Token(client, Development.Anvil.Accounts[account]).Approve(client.Options.EscrowVault, new Wei(1), Cancel);

    private async Task<ChainClient> Paused(TimeSpan receiptTimeout)
    {
        var client = await ChainClient.Connect(chain.Options with { ReceiptTimeout = receiptTimeout }, Cancel);
        await client.Request("evm_setAutomine", [false], Cancel);
        return client;
    }

    /// <summary>Waits until an account's transaction waits to be mined at such a price.</summary>
    private async Task<UInt128> Pending(int account, Func<UInt128, bool> offered)
    {
        var address = Development.Anvil.Accounts[account].Address.ToString();
        for (var begun = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(begun) < Patience; await Task.Delay(20, Cancel))
        {
            var pool = await chain.Client.Request("txpool_content", [], Cancel);
            foreach (var sender in pool.GetProperty("pending").EnumerateObject().Where(s => s.Name.Equals(address, StringComparison.OrdinalIgnoreCase)))
            {
                var transaction = sender.Value.EnumerateObject().First().Value;
                var price = UInt128.Parse(transaction.GetProperty("maxFeePerGas").GetString()![2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                if (offered(price)) return price;
            }
        }
        throw new TimeoutException($"No transaction of account {account} waits as it should.");
    }
}

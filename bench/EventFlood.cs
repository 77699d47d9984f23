using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Abi;
using SwarmCompute.Chain.Development;
using SwarmCompute.Chain.JsonRpc;

namespace SwarmCompute.Bench;

/// <summary>A development chain full of events: one transaction a block, and a fixed number of events in each.</summary>
internal sealed class EventFlood : IAsyncDisposable
{
    private const string Gas = "0xb71b00";                       // 12 million; 2000 events take about 5

    private readonly Anvil _anvil;

    private EventFlood(Anvil anvil, ChainClient client, ulong first, ulong last, int eventsABlock) =>
        (_anvil, Client, First, Last, EventsABlock) = (anvil, client, first, last, eventsABlock);

    /// <summary>A connection that takes the flood's contract for the order book.</summary>
    public ChainClient Client { get; }

    /// <summary>The first block with events.</summary>
    public ulong First { get; }

    /// <summary>The last block with events.</summary>
    public ulong Last { get; }

    public int EventsABlock { get; }

    /// <summary>All events.</summary>
    public int Events => (int)(Last - First + 1) * EventsABlock;

    public Uri Rpc => _anvil.Rpc;

    /// <summary>Starts anvil, deploys the contract and emits the events.</summary>
    public static async Task<EventFlood> Start(string repository, int blocks, int eventsABlock, CancellationToken cancel)
    {
        var program = Path.Combine(repository, "native", "node_modules", "@foundry-rs", "anvil-linux-amd64", "bin", "anvil");
        var anvil = await Anvil.Start(new AnvilOptions { BinaryPath = program, BlockTime = null }, cancel);
        var options = new ChainOptions
        {
            Rpc = anvil.Rpc,
            ChainId = 31337,
            OrderBook = default,
            EscrowVault = default,
            Token = default,
            RequestTimeout = TimeSpan.FromMinutes(2),
        };
        await using var deploying = ChainClient.Open(options, TimeProvider.System);
        var receipt = await new TransactionSender(deploying, Anvil.Accounts[0]).Send(null, Code(repository), cancel);
        var contract = receipt.CreatedContract ?? throw new InvalidOperationException("No contract was created.");
        await deploying.Request("evm_setAutomine", [false], cancel);
        for (var block = 0; block < blocks; block++) await Emit(deploying, contract, block, eventsABlock, cancel);
        var last = receipt.Block + (ulong)blocks;
        if (await deploying.LatestBlock(cancel) is var there && there != last) throw new InvalidOperationException($"The newest block is {there} where {last} is due.");
        return new EventFlood(anvil, ChainClient.Open(options with { OrderBook = contract }, TimeProvider.System), receipt.Block + 1, last, eventsABlock);
    }

    /// <summary>The raw answer for some blocks.</summary>
    public Task<RpcBody> Logs(ulong first, ulong last, CancellationToken cancel) => Client.RequestRaw("eth_getLogs", [Filter(first, last)], cancel);

    /// <summary>The request for them.</summary>
    public JsonObject Question(ulong first, ulong last) =>
        new() { ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = "eth_getLogs", ["params"] = new JsonArray(Filter(first, last)) };

    private JsonObject Filter(ulong first, ulong last) =>
        new() { ["address"] = Client.Options.OrderBook.ToString(), ["fromBlock"] = Hex.Quantity(first), ["toBlock"] = Hex.Quantity(last) };

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _anvil.DisposeAsync();
    }

    /// <summary>One transaction and its block. Anvil signs: it knows its own accounts' keys.</summary>
    private static async Task Emit(ChainClient client, Address contract, int block, int eventsABlock, CancellationToken cancel)
    {
        var call = new AbiWriter("flood(uint64,uint32,uint32)").Add(1).Add((UInt128)(block * eventsABlock + 1)).Add((UInt128)eventsABlock);
        var transaction = new JsonObject
        {
            ["from"] = Anvil.Accounts[1].Address.ToString(),
            ["to"] = contract.ToString(),
            ["gas"] = Gas,
            ["nonce"] = string.Create(CultureInfo.InvariantCulture, $"0x{block:x}"),
            ["data"] = Hex.Data(call.ToArray()),
        };
        await client.Request("eth_sendTransaction", [transaction], cancel);
        await client.Request("evm_mine", [], cancel);
    }

    private static byte[] Code(string repository)
    {
        using var artifact = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(repository, "contracts", "out", "EventFlood.sol", "EventFlood.json")));
        return Convert.FromHexString(artifact.RootElement.GetProperty("bytecode").GetProperty("object").GetString().AsSpan(2));
    }
}

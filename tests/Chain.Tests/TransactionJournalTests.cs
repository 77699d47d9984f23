using System.Collections.Immutable;
using CsCheck;
using SwarmCompute.Chain.Abi;
using SwarmCompute.Chain.Development;
using SwarmCompute.Chain.Tests.Support;
using SwarmCompute.Chain.Transactions;

namespace SwarmCompute.Chain.Tests;

/// <summary>Whatever fails, and wherever a process ends: one transaction of a purpose takes effect.</summary>
public sealed class TransactionJournalTests(DevelopmentChain chain) : IClassFixture<DevelopmentChain>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Account Sender => DevelopmentChain.Deployer;    // owns the test token: minting is what takes effect

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task A_process_that_ends_at_any_step_sends_once(bool after, bool recover)
    {
        var steps = 0;
        for (var killAt = 1; ; killAt++)
        {
            var (receiver, journal) = (Receiver(), new MemoryTransactionJournal());
            var killed = await Run(new Fuse(killAt, after), journal, receiver, recover);
            if (killed) Assert.False(await Run(new Fuse(int.MaxValue, after), journal, receiver, recover));
            await HoldsOne(receiver);
            if (!killed) break;
            steps++;
        }
        Assert.InRange(steps, 8, 100);
    }

    [Fact]
    public async Task Processes_that_end_again_and_again_send_once() =>
        await Gen.Select(Gen.Int[1, 14].Array[1, 5], Gen.Bool).SampleAsync(async (kills, after) =>
        {
            var (receiver, journal) = (Receiver(), new MemoryTransactionJournal());
            foreach (var killAt in kills)
            {
                if (!await Run(new Fuse(killAt, after), journal, receiver, recover: true)) break;
            }
            await Run(new Fuse(int.MaxValue, after), journal, receiver, recover: true);
            await HoldsOne(receiver);
        }, iter: 25, threads: 1);

    [Theory]
    [InlineData(RpcFault.LostAnswer, 1)]
    [InlineData(RpcFault.DroppedTransaction, 2)]
    [InlineData(RpcFault.ReplacedTransaction, 1)]
    [InlineData(RpcFault.WrongNonce, 2)]
    [InlineData(RpcFault.NotJson, 3)]
    [InlineData(RpcFault.LimitExceeded, 1)]
    public async Task An_endpoint_that_fails_does_not_make_it_twice_or_never(RpcFault fault, int times)
    {
        await using var proxy = FaultyRpc.Start(chain.Anvil.Rpc, FaultPlan.None);
        await using var client = await ChainClient.Connect(chain.Options with { Rpc = proxy.Endpoint }, Cancel);
        var (receiver, journal) = (Receiver(), new MemoryTransactionJournal());
        proxy.Inject(fault, times, fault == RpcFault.NotJson ? "eth_sendRawTransaction" : null);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var mining = KeepMining(stop.Token);                          // so that what replaced it becomes final
        await Mint(client, journal, receiver);
        await stop.CancelAsync();
        await mining;
        Assert.Equal(times, proxy.Injected[fault]);
        await HoldsOne(receiver);
    }

    [Fact]
    public async Task What_a_reorganisation_takes_out_is_offered_again()
    {
        var (receiver, journal) = (Receiver(), new MemoryTransactionJournal());
        await chain.Anvil.Mine(3, Cancel);
        await Mint(chain.Client, journal, receiver);
        Assert.Equal([TransactionFate.Mined], await Fates(journal));
        await chain.Client.Request("anvil_reorg", [1, new System.Text.Json.Nodes.JsonArray()], Cancel);
        Assert.Equal(Wei.Zero, await BalanceOf(receiver));

        Assert.Equal([TransactionFate.Offered], await Fates(journal));
        await chain.Anvil.Mine(1, Cancel);
        await HoldsOne(receiver);
    }

    [Fact]
    public async Task An_entry_is_kept_until_it_is_final_and_until_it_was_told_of()
    {
        var (receiver, journal) = (Receiver(), new MemoryTransactionJournal());
        var sender = new TransactionSender(chain.Client, Sender, journal);
        await sender.Send("mint", chain.Options.Token, Call(receiver), Wei.Zero, Cancel);
        await sender.Recover(Cancel);
        Assert.Single(await journal.Read(Cancel));
        await chain.Anvil.Mine(4, Cancel);

        var other = new TransactionSender(chain.Client, Sender, journal);     // a process that has not been told
        Assert.Equal([TransactionFate.Final], (await other.Recover(Cancel)).Select(r => r.Fate));
        Assert.Single(await journal.Read(Cancel));
        await other.Send("mint", chain.Options.Token, Call(receiver), Wei.Zero, Cancel);
        await other.Recover(Cancel);
        Assert.Empty(await journal.Read(Cancel));
        await HoldsOne(receiver);
    }

    [Fact]
    public async Task A_purpose_is_sent_once_however_many_ask_for_it()
    {
        var (receiver, journal) = (Receiver(), new MemoryTransactionJournal());
        var senders = Enumerable.Range(0, 5).Select(_ => new TransactionSender(chain.Client, Sender, journal)).ToArray();
        var receipts = await Task.WhenAll(senders.Select(s => s.Send("mint", chain.Options.Token, Call(receiver), Wei.Zero, Cancel)));
        Assert.Single(receipts.Select(r => r.Transaction).Distinct());
        await HoldsOne(receiver);
    }

    [Fact]
    public async Task Many_purposes_at_once_all_take_effect()
    {
        var (receiver, journal) = (Receiver(), new MemoryTransactionJournal());
        var sender = new TransactionSender(chain.Client, Sender, journal);
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => sender.Send($"mint {i}", chain.Options.Token, Call(receiver), Wei.Zero, Cancel)));
        Assert.Equal(new Wei(12), await BalanceOf(receiver));
    }

    [Fact]
    public async Task Processes_that_share_an_account_share_its_nonces()
    {
        var (receiver, journal) = (Receiver(), new MemoryTransactionJournal());
        await using var first = FaultyRpc.Start(chain.Anvil.Rpc, FaultPlan.None);     // another endpoint each: nothing within this process keeps them apart
        await using var second = FaultyRpc.Start(chain.Anvil.Rpc, FaultPlan.None);
        await using var one = await ChainClient.Connect(chain.Options with { Rpc = first.Endpoint }, Cancel);
        await using var other = await ChainClient.Connect(chain.Options with { Rpc = second.Endpoint }, Cancel);
        await Task.WhenAll(from client in new[] { one, other }
                           from i in Enumerable.Range(0, 8)
                           let purpose = i < 4 ? $"mint {i}" : $"mint {i} {client.Options.Rpc}"     // four that both want, four of its own
                           select new TransactionSender(client, Sender, journal).Send(purpose, chain.Options.Token, Call(receiver), Wei.Zero, Cancel));
        Assert.Equal(new Wei(12), await BalanceOf(receiver));
    }

    [Fact]
    public async Task A_call_that_is_sent_once_is_the_same_transaction_until_it_is_final()
    {
        var (receiver, sender) = (Receiver(), new TransactionSender(chain.Client, Sender, new MemoryTransactionJournal()));
        var first = await sender.SendOnce(chain.Options.Token, Call(receiver), Cancel);
        Assert.Equal(first.Transaction, (await sender.SendOnce(chain.Options.Token, Call(receiver), Cancel)).Transaction);
        await HoldsOne(receiver);
        await chain.Anvil.Mine(4, Cancel);
        await sender.Recover(Cancel);
        Assert.NotEqual(first.Transaction, (await sender.SendOnce(chain.Options.Token, Call(receiver), Cancel)).Transaction);
    }

    [Fact]
    public async Task A_journal_gives_a_nonce_to_one_purpose_and_a_purpose_one_nonce()
    {
        var journal = new MemoryTransactionJournal();
        JournalEntry Entry(ulong nonce, string purpose) =>
            JournalEntry.Begin(nonce, purpose, chain.Options.Token, Call(default), Wei.Zero, 200_000, new Wei(1), Sender, chain.Options.ChainId);
        Assert.True(await journal.Write(Entry(1, "a"), Cancel));
        Assert.True(await journal.Write(Entry(1, "a").Raised(Sender, chain.Options.ChainId), Cancel));
        Assert.False(await journal.Write(Entry(1, "b"), Cancel));
        Assert.False(await journal.Write(Entry(2, "a"), Cancel));
        await journal.Remove(1, "b", Cancel);
        Assert.Equal(2, Assert.Single(await journal.Read(Cancel)).Hashes.Length);
        await journal.Remove(1, "a", Cancel);
        Assert.Empty(await journal.Read(Cancel));
    }

    [Fact]
    public async Task A_hole_between_the_nonces_is_filled()
    {
        var (receiver, journal) = (Receiver(), new MemoryTransactionJournal());
        var count = (await chain.Client.Request("eth_getTransactionCount", [Sender.Address.ToString(), "latest"], Cancel)).GetString();
        var ahead = Convert.ToUInt64(count, 16) + 3;
        await journal.Write(JournalEntry.Begin(ahead, "mint", chain.Options.Token, Call(receiver), Wei.Zero, 200_000, new Wei(50_000_000), Sender, chain.Options.ChainId), Cancel);
        await Mint(chain.Client, journal, receiver);
        await HoldsOne(receiver);
    }

    [Fact]
    public async Task An_entry_whose_nonce_another_transaction_took_is_void_and_its_purpose_is_sent_anew()
    {
        var (receiver, journal) = (Receiver(), new MemoryTransactionJournal());
        var count = (await chain.Client.Request("eth_getTransactionCount", [Sender.Address.ToString(), "latest"], Cancel)).GetString();
        await journal.Write(JournalEntry.Begin(Convert.ToUInt64(count, 16), "mint", chain.Options.Token, Call(receiver), Wei.Zero, 200_000, new Wei(50_000_000), Sender, chain.Options.ChainId), Cancel);
        await new TransactionSender(chain.Client, Sender).Transfer(receiver, new Wei(1), Cancel);
        Assert.Equal([TransactionFate.Unclear], await Fates(journal));
        await chain.Anvil.Mine(4, Cancel);
        Assert.Equal([TransactionFate.Void], await Fates(journal));
        await Mint(chain.Client, journal, receiver);
        await HoldsOne(receiver);
    }

    [Fact]
    public async Task Another_accounts_journal_is_refused()
    {
        var journal = new MemoryTransactionJournal();
        await journal.Write(JournalEntry.Begin(1_000, "mint", chain.Options.Token, Call(Receiver()), Wei.Zero, 200_000, new Wei(1), DevelopmentChain.Customer, chain.Options.ChainId), Cancel);
        var failure = await Assert.ThrowsAsync<ChainException>(() => new TransactionSender(chain.Client, Sender, journal).Recover(Cancel));
        Assert.Equal(ChainErrorKind.Inconsistent, failure.Kind);
    }

    [Fact]
    public async Task A_transaction_that_was_refused_is_not_kept()
    {
        var journal = new MemoryTransactionJournal();
        using var poor = Account.FromPrivateKey(Hash32.Sha256("poor"u8).ToArray());
        var failure = await Assert.ThrowsAsync<ChainException>(() => new TransactionSender(chain.Client, poor, journal)
            .Send("approve", chain.Options.Token, new AbiWriter("approve(address,uint256)").Add(Sender.Address).Add(1).ToArray(), Wei.Zero, Cancel));
        Assert.Equal(ChainErrorKind.InsufficientFunds, failure.Kind);
        Assert.Empty(await journal.Read(Cancel));
    }

    /// <summary>One process: perhaps looks through its journal, then sends. True where it ended before its end.</summary>
    private async Task<bool> Run(Fuse fuse, ITransactionJournal journal, Address receiver, bool recover)
    {
        var sender = new TransactionSender(new FusedChain(chain.Client, fuse), Sender, new FusedJournal(journal, fuse));
        try
        {
            if (recover) await sender.Recover(Cancel);
            await sender.Send("mint", chain.Options.Token, Call(receiver), Wei.Zero, Cancel);
            return false;
        }
        catch (KilledException)
        {
            return true;
        }
    }

    private async Task<TransactionReceipt> Mint(ChainClient client, ITransactionJournal journal, Address receiver) =>
        await new TransactionSender(client, Sender, journal).Send("mint", chain.Options.Token, Call(receiver), Wei.Zero, Cancel);

    private async Task<TransactionFate[]> Fates(ITransactionJournal journal) =>
        [.. (await new TransactionSender(chain.Client, Sender, journal).Recover(Cancel)).Select(r => r.Fate)];

    private async Task KeepMining(CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                await Task.Delay(200, cancel);
                await chain.Anvil.Mine(1, cancel);
            }
        }
        catch (OperationCanceledException)
        {
            // The test has what it waited for.
        }
    }

    private static int _receivers;

    private static Address Receiver()
    {
        var bytes = new byte[Address.Size];
        BitConverter.TryWriteBytes(bytes.AsSpan(8), Interlocked.Increment(ref _receivers));
        bytes[0] = 0x77;
        return new Address(bytes);
    }

    private static byte[] Call(Address receiver) => new AbiWriter("mint(address,uint256)").Add(receiver).Add(1).ToArray();

    private Task<Wei> BalanceOf(Address account) => new Token(chain.Client, null).BalanceOf(account, Cancel);

    private async Task HoldsOne(Address receiver)
    {
        Assert.Equal(new Wei(1), await BalanceOf(receiver));
        await chain.Anvil.Mine(1, Cancel);
        Assert.Equal(new Wei(1), await BalanceOf(receiver));
    }
}

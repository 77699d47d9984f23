using SwarmCompute.Chain.Tests.Support;
using SwarmCompute.Chain.Transactions;

namespace SwarmCompute.Chain.Tests;

/// <summary>A journal in a file.</summary>
public sealed class FileTransactionJournalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string File => Path.Combine(_folder.Path, "journal.json");

    [Fact]
    public async Task What_was_written_is_there_when_it_is_opened_again()
    {
        using (var journal = FileTransactionJournal.Open(File))
        {
            await journal.Write(Entry(7), Cancel);
            await journal.Write(Entry(8) with { To = null, Value = new Wei(5) }, Cancel);
            await journal.Write(Entry(9), Cancel);
            await journal.Write(Entry(7).Raised(Development.Anvil.Accounts[0], 56), Cancel);
            await journal.Remove(9, Cancel);
        }
        using var again = FileTransactionJournal.Open(File);
        var entries = await again.Read(Cancel);
        Assert.Equal([7UL, 8UL], entries.Select(e => e.Nonce));
        Assert.Equal(Text(Entry(7).Raised(Development.Anvil.Accounts[0], 56)), Text(entries[0]));
        Assert.Equal(Text(Entry(8) with { To = null, Value = new Wei(5) }), Text(entries[1]));
        Assert.NotEmpty(entries[0].Sign(Development.Anvil.Accounts[0], 56));
    }

    [Fact]
    public async Task Half_a_file_beside_it_changes_nothing()
    {
        using (var journal = FileTransactionJournal.Open(File)) await journal.Write(Entry(7), Cancel);
        await System.IO.File.WriteAllTextAsync(File + ".new", "[{\"nonce\":", Cancel);
        using var again = FileTransactionJournal.Open(File);
        Assert.Equal(7UL, Assert.Single(await again.Read(Cancel)).Nonce);
        await again.Remove(7, Cancel);
        Assert.Empty(await again.Read(Cancel));
    }

    [Fact]
    public void It_has_one_user_at_a_time()
    {
        using var journal = FileTransactionJournal.Open(File);
        Assert.Throws<IOException>(() => FileTransactionJournal.Open(File));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[{}]")]
    [InlineData("[{\"nonce\":\"0x1\",\"purpose\":\"a\",\"to\":null,\"data\":\"0x\",\"value\":\"0x0\",\"gasLimit\":\"0x1\",\"gasPrice\":\"0x1\",\"hashes\":[]}]")]
    public void Another_file_is_refused_and_left(string text)
    {
        System.IO.File.WriteAllText(File, text);
        var failure = Assert.Throws<FormatException>(() => FileTransactionJournal.Open(File));
        Assert.Contains("is no journal", failure.Message, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => FileTransactionJournal.Open(File));
        Assert.Equal(text, System.IO.File.ReadAllText(File));
    }

    public void Dispose() => _folder.Dispose();

    private static JournalEntry Entry(ulong nonce) => JournalEntry.Begin(
        nonce, $"lease {nonce}/0", Development.Anvil.Accounts[1].Address, new byte[] { 1, 2 }, Wei.Zero, 90_000, new Wei(50_000_000), Development.Anvil.Accounts[0], 56);

    private static string Text(JournalEntry e) => $"{e.Nonce} {e.Purpose} {e.To} {Convert.ToHexString(e.Data.Span)} {e.Value} {e.GasLimit} {e.GasPrice} {string.Join(' ', e.Hashes)}";
}

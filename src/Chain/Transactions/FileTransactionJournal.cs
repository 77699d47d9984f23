using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using SwarmCompute.Chain.JsonRpc;

namespace SwarmCompute.Chain.Transactions;

/// <summary>
/// A journal in one file, for command-line tools: written beside, flushed to the disk and renamed, so that it is always whole. The file
/// beside it, with <c>.lock</c> added, is held for as long as the journal is open.
/// </summary>
public sealed partial class FileTransactionJournal : ITransactionJournal, IDisposable
{
    private const int BytesMax = 16 * 1024 * 1024;
    private const int EntriesMax = 1024;

    private readonly string _path;
    private readonly FileStream _lock;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private ImmutableSortedDictionary<ulong, JournalEntry> _entries;

    private FileTransactionJournal(string path, FileStream held, ImmutableSortedDictionary<ulong, JournalEntry> entries) =>
        (_path, _lock, _entries) = (path, held, entries);

    /// <summary>Opens a journal; one that is not there is empty.</summary>
    /// <param name="path">The file. One file an account and chain.</param>
    /// <exception cref="IOException">The file cannot be read, or another process has it open.</exception>
    /// <exception cref="FormatException">The file holds something else.</exception>
    public static FileTransactionJournal Open(string path)
    {
        var full = Path.GetFullPath(path);
        var held = new FileStream(full + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            return new FileTransactionJournal(full, held, File.Exists(full) ? Parse(full) : ImmutableSortedDictionary<ulong, JournalEntry>.Empty);
        }
        catch (Exception)
        {
            held.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<JournalEntry>> Read(CancellationToken cancel) => Task.FromResult<ImmutableArray<JournalEntry>>([.. _entries.Values]);

    /// <inheritdoc/>
    public Task Write(JournalEntry entry, CancellationToken cancel) => Save(entries => entries.SetItem(entry.Nonce, entry), cancel);

    /// <inheritdoc/>
    public Task Remove(ulong nonce, CancellationToken cancel) => Save(entries => entries.Remove(nonce), cancel);

    /// <inheritdoc/>
    public void Dispose()
    {
        _lock.Dispose();
        _turn.Dispose();
    }

    private async Task Save(Func<ImmutableSortedDictionary<ulong, JournalEntry>, ImmutableSortedDictionary<ulong, JournalEntry>> change, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            var changed = change(_entries);
            if (changed.Count > EntriesMax) throw new IOException($"{_path} has {EntriesMax} transactions that are not final; something is wrong with the chain or the account.");
            var bytes = JsonSerializer.SerializeToUtf8Bytes(new JsonArray([.. changed.Values.Select(Print)]));
            if (bytes.Length > BytesMax) throw new IOException($"{_path} would have more than {BytesMax} bytes.");
            var beside = _path + ".new";
            await using (var file = new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                await file.WriteAsync(bytes, cancel).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }
            File.Move(beside, _path, overwrite: true);
            FlushFolder(Path.GetDirectoryName(_path)!);
            _entries = changed;
        }
        finally
        {
            _turn.Release();
        }
    }

    private static JsonObject Print(JournalEntry entry) => new()
    {
        ["nonce"] = Hex.Quantity(entry.Nonce),
        ["purpose"] = entry.Purpose,
        ["to"] = entry.To?.ToString(),
        ["data"] = Hex.Data(entry.Data.Span),
        ["value"] = Hex.Quantity(entry.Value.Value),
        ["gasLimit"] = Hex.Quantity(entry.GasLimit),
        ["gasPrice"] = Hex.Quantity(entry.GasPrice.Value),
        ["hashes"] = new JsonArray([.. entry.Hashes.Select(h => JsonValue.Create($"0x{h}"))]),
    };

    private static ImmutableSortedDictionary<ulong, JournalEntry> Parse(string path)
    {
        if (new FileInfo(path).Length > BytesMax) throw new FormatException($"{path} is no journal: it has more than {BytesMax} bytes.");
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { MaxDepth = 8 });
            return json.RootElement.EnumerateArray().Select(Entry).ToImmutableSortedDictionary(e => e.Nonce, e => e);
        }
        catch (Exception wrong) when (wrong is JsonException or ChainException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException($"{path} is no journal of transactions: {wrong.Message}", wrong);
        }
    }

    private static JournalEntry Entry(JsonElement json)
    {
        var to = json.Member("to");
        var hashes = json.Member("hashes").EnumerateArray().Select(h => h.Hash()).ToImmutableArray();
        if (hashes.Length is < 1 or > JournalEntry.HashesMax)
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"an entry has {hashes.Length} hashes"));
        return new JournalEntry(
            json.Member("nonce").UInt64(), json.Member("purpose").GetString()!, to.ValueKind == JsonValueKind.Null ? null : to.Address(), json.Member("data").Bytes(),
            new Wei(json.Member("value").Quantity()), json.Member("gasLimit").UInt64(), new Wei(json.Member("gasPrice").Quantity()), hashes);
    }

    /// <summary>Makes the rename durable (fsync(2) of the folder); .NET offers no call for it.</summary>
    private static void FlushFolder(string folder)
    {
        if (!OperatingSystem.IsLinux()) return;
        var handle = Open(folder, 0);
        if (handle < 0) return;     // a file system that does not let folders be opened has no such flush either
        _ = Fsync(handle);
        _ = Close(handle);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Fsync(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}

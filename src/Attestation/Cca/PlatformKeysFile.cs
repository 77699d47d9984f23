using System.Collections.Immutable;
using System.Text;

namespace SwarmCompute.Attestation;

/// <summary>
/// The keys of Arm's platforms that an owner trusts, in a file or a folder of files, read again when they change. A file holds what
/// <see cref="CcaKeys.Read"/> takes; of a folder every file counts whose name does not begin with a dot, and no folder in it.
/// </summary>
public sealed class PlatformKeysFile : IAsyncDisposable
{
    /// <summary>The most files of a folder.</summary>
    public const int FilesMax = 256;

    /// <summary>The most bytes of all files together.</summary>
    public const int BytesMax = 1024 * 1024;

    private readonly WatchedFile<CcaKeys> _file;

    private PlatformKeysFile(WatchedFile<CcaKeys> file) => _file = file;

    /// <summary>The keys as of now: all that are trusted (<see cref="CcaKeys.AreAll"/>).</summary>
    public CcaKeys Current => _file.Current;

    /// <summary>Reads the keys, and begins to watch them, as often as a policy (<see cref="PolicyFile.LookEvery"/>). A file that is being written, or is wrong, changes nothing.</summary>
    /// <param name="path">The file, or the folder.</param>
    /// <param name="time">The clock.</param>
    /// <param name="tell">Told in one line what became of a change; must not throw.</param>
    /// <param name="changed">Called with the new keys, one at a time; null: nobody is.</param>
    /// <exception cref="FormatException">A file holds no platform key, or there are too many, or none; the message is one line that names the file of a folder.</exception>
    /// <exception cref="IOException">One cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">One may not be read.</exception>
    public static PlatformKeysFile Open(string path, TimeProvider time, Action<string> tell, Func<CcaKeys, CancellationToken, Task>? changed = null) => new(new(
        () => Texts(path),
        Parse,
        async (keys, cancel) =>
        {
            tell($"platform keys from now on: {keys.Keys.Length}");
            if (changed is not null) await changed(keys, cancel);
        },
        fault => tell($"{path} has changed and cannot be used; the platform keys before it hold on: {fault}"),
        time));

    /// <summary>Reads the keys once.</summary>
    /// <param name="path">The file, or the folder.</param>
    /// <exception cref="FormatException">As for <see cref="Open"/>.</exception>
    /// <exception cref="IOException">One cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">One may not be read.</exception>
    public static CcaKeys Read(string path) => Parse(Texts(path));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private static List<FileText> Texts(string path)
    {
        if (!Directory.Exists(path)) return [FileText.Read(path, BytesMax)];
        var files = Directory.EnumerateFiles(path).Where(f => !Path.GetFileName(f).StartsWith('.')).Take(FilesMax + 1).Order(StringComparer.Ordinal).ToList();
        if (files.Count is 0 or > FilesMax) throw new FormatException(files.Count == 0 ? "there is no file in it" : $"it has more than {FilesMax} files");
        var texts = new List<FileText>(files.Count);
        foreach (var file in files) texts.Add(Named(Path.GetFileName(file), () => FileText.Read(file, BytesMax - texts.Sum(t => t.Bytes.Length))));
        return texts;
    }

    private static CcaKeys Parse(IReadOnlyList<FileText> texts)
    {
        ImmutableArray<CcaKey> keys = [.. texts.SelectMany(t => Named(t.Name, () => CcaKeys.Read(Encoding.UTF8.GetString(t.Bytes.Span))))];
        if (keys.Length > CcaKeys.KeysMax) throw new FormatException($"there are {keys.Length} platform keys; at most {CcaKeys.KeysMax} are read");
        var ofAny = keys.Count(k => k.Implementation is null || k.Instance is null);
        var ofOne = keys.Except(keys.Where(k => k.Implementation is null || k.Instance is null)).GroupBy(k => (k.Implementation, k.Instance)).Select(g => g.Count()).DefaultIfEmpty().Max();
        return ofAny + ofOne <= CcaKeys.CandidatesMax
            ? new CcaKeys(keys) { AreAll = true }
            : throw new FormatException($"{ofAny + ofOne} keys may be one platform's, and {CcaKeys.CandidatesMax} are tried; give a store that names whose key is whose (docs/evidence.md)");
    }

    private static T Named<T>(string name, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException wrong)
        {
            throw new FormatException($"{name}: {wrong.Message}", wrong);
        }
    }
}

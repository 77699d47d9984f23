using Microsoft.Extensions.Time.Testing;

namespace SwarmCompute.Attestation.Tests;

public sealed class PlatformKeysFileTests : IDisposable
{
    private static readonly string Implementation = new('0', 64);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("platform-keys-");
    private readonly CcaMint _mint = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Instance => $"01{string.Concat(Enumerable.Repeat("02", 32))}";

    public void Dispose()
    {
        _mint.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Of_a_folder_every_file_counts_but_hidden_ones_and_folders()
    {
        Write("a.pem", _mint.PlatformPem);
        Write("b.json", Store(_mint, 2));
        Write(".c.pem", "no key");
        _folder.CreateSubdirectory("d");
        var keys = PlatformKeysFile.Read(_folder.FullName);
        Assert.Equal(3, keys.Keys.Length);
        Assert.True(keys.AreAll);
    }

    [Fact]
    public void A_file_alone_counts_whatever_its_name()
    {
        Write(".c.pem", _mint.PlatformPem);
        Assert.Single(PlatformKeysFile.Read(Path.Combine(_folder.FullName, ".c.pem")).Keys);
    }

    [Fact]
    public void More_keys_of_one_platform_than_are_tried_are_refused_and_not_passed_over()
    {
        Write("a.json", Store(_mint, CcaKeys.CandidatesMax));
        Assert.Equal(CcaKeys.CandidatesMax, PlatformKeysFile.Read(_folder.FullName).Keys.Length);
        Write("b.pem", _mint.PlatformPem);
        AssertWrong("17 keys may be one platform's, and 16 are tried");
    }

    [Fact]
    public void Keys_of_many_platforms_may_be_more_than_are_tried_for_one()
    {
        Write("a.json", $"[{string.Join(',', Enumerable.Range(0, 40).Select(i => Anchor(_mint, $"01{i:x2}")))}]");
        Assert.Equal(40, PlatformKeysFile.Read(_folder.FullName).Keys.Length);
    }

    [Fact]
    public void What_is_too_long_is_not_read()
    {
        Write("a.pem", new string('x', PlatformKeysFile.BytesMax + 1));
        AssertWrong($"a.pem: it has {PlatformKeysFile.BytesMax + 1} bytes; at most {PlatformKeysFile.BytesMax} are read");
        Write("a.pem", new string('x', PlatformKeysFile.BytesMax - 1));
        Write("b.pem", "xx");
        AssertWrong("b.pem: it has 2 bytes; at most 1 are read");
    }

    [Fact]
    public void Too_many_files_are_not_read()
    {
        for (var i = 0; i <= PlatformKeysFile.FilesMax; i++) Write($"{i}.pem", "x");
        AssertWrong($"it has more than {PlatformKeysFile.FilesMax} files");
    }

    [Fact]
    public void A_device_is_not_opened() =>
        Assert.Contains("no file that can be read again", Assert.Throws<FormatException>(() => PlatformKeysFile.Read("/dev/zero")).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_change_counts_and_one_that_is_wrong_is_said_once_and_changes_nothing()
    {
        Write("a.pem", _mint.PlatformPem);
        var clock = new FakeTimeProvider();
        var told = new List<string>();
        var changed = System.Threading.Channels.Channel.CreateUnbounded<CcaKeys>();
        await using var file = PlatformKeysFile.Open(_folder.FullName, clock, line => { lock (told) told.Add(line); }, (keys, cancel) => changed.Writer.WriteAsync(keys, cancel).AsTask());

        Write("b.pem", "no key");
        while (Told() == 0) await Look(clock);
        for (var i = 0; i < 3; i++) await Look(clock);
        Assert.Single(file.Current.Keys);
        Write("b.pem", _mint.PlatformPem);
        while (!changed.Reader.TryPeek(out _)) await Look(clock);

        Assert.Equal(2, (await changed.Reader.ReadAsync(Cancel).AsTask().WaitAsync(Patience, TimeProvider.System, Cancel)).Keys.Length);
        Assert.Equal(2, file.Current.Keys.Length);
        lock (told) Assert.Equal([$"{_folder.FullName} has changed and cannot be used; the platform keys before it hold on: b.pem: A platform key is PEM or JWK of a point on P-256, P-384 or P-521.", "platform keys from now on: 2"], told);

        int Told()
        {
            lock (told) return told.Count;
        }
    }

    [Fact]
    public void What_is_handed_on_is_read_again_for_that_platform_alone()
    {
        var all = new CcaKeys([.. CcaKeys.Read(Store(_mint, 1)), CcaKey.Parse(_mint.PlatformPem), CcaKey.Parse(_mint.PlatformPem, instance: "01ff")]) { AreAll = true };
        var handed = CcaKeys.ReadAll(all.For(_mint.Token()).ToStore());
        Assert.Equal(2, handed.Keys.Length);
        Assert.All(handed.Keys, k => Assert.Equal((Implementation, Instance), (k.Implementation, k.Instance)));
        Assert.Equal(Verdict.Accepted, CcaVerifier.Verify(_mint.Token(), handed, DateTimeOffset.UnixEpoch, new(Challenge: null)).Verdict);
        Assert.Empty(CcaKeys.ReadAll(all.For(new byte[] { 1 }).ToStore()).Keys);
    }

    [Fact]
    public void A_key_that_is_anybodys_or_that_ends_is_written_into_no_store()
    {
        var ends = CcaKey.Parse(_mint.PlatformPem, Implementation, Instance, DateTimeOffset.UnixEpoch);
        Assert.Equal("[]"u8.ToArray(), new CcaKeys([CcaKey.Parse(_mint.PlatformPem), ends]).ToStore());
    }

    [Fact]
    public void Where_these_are_all_keys_a_platform_without_one_is_refused_for_good()
    {
        var result = CcaVerifier.Verify(_mint.Token(), new([]) { AreAll = true }, DateTimeOffset.UnixEpoch, new(Challenge: null));
        Assert.Equal(["cca.platform.key", "cca.platform.unchecked"], result.Checks.Where(c => !c.Passed).Select(c => c.Code));
        Assert.All(result.Checks.Where(c => !c.Passed), c => Assert.Equal(FailureClass.Permanent, c.Class));
    }

    // The watcher is at its timer again when time has passed and it has had the processor.
    private static async Task Look(FakeTimeProvider clock)
    {
        clock.Advance(PolicyFile.LookEvery);
        await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancel);
    }

    // Beside it and renamed: whoever looks sees the old one or the new one.
    private void Write(string name, string text)
    {
        var half = Path.Combine(_folder.FullName, ".half");
        File.WriteAllText(half, text);
        File.Move(half, Path.Combine(_folder.FullName, name), overwrite: true);
    }

    private void AssertWrong(string why) => Assert.Contains(why, Assert.Throws<FormatException>(() => PlatformKeysFile.Read(_folder.FullName)).Message, StringComparison.Ordinal);

    private static string Store(CcaMint of, int times) => $"[{string.Join(',', Enumerable.Repeat(Anchor(of, Instance), times))}]";

    private static string Anchor(CcaMint of, string instance)
    {
        var q = of.PlatformKey.ExportParameters(false).Q;
        var key = $$"""{"kty":"EC","crv":"P-384","x":"{{System.Buffers.Text.Base64Url.EncodeToString(q.X!)}}","y":"{{System.Buffers.Text.Base64Url.EncodeToString(q.Y!)}}"}""";
        return $$"""{"pkey":{{key}},"implementation-id":"{{Implementation}}","instance-id":"{{instance}}"}""";
    }
}

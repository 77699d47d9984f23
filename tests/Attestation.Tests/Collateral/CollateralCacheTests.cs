using System.Text;

namespace SwarmCompute.Attestation.Tests.Collateral;

public sealed class CollateralCacheTests : IAsyncDisposable
{
    private static readonly CollateralRequest Tcb = new(CollateralKey.Tcb(isTdx: true, Convert.FromHexString("b0c06f000000")));
    private static readonly CollateralRequest Identity = new(CollateralKey.QeIdentity(isTdx: true));

    private readonly MintedVendors _vendors = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Damages => [.. Damage.Keys];

    private static Dictionary<string, Func<byte[], byte[]>> Damage => new()
    {
        ["empty"] = _ => [],
        ["torn"] = b => b[..(b.Length / 2)],
        ["no JSON"] = b => [1, .. b],
        ["one digit changed"] = b => Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(b).Replace("\"body\":\"e", "\"body\":\"f", StringComparison.Ordinal)),
        ["other key"] = b => Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(b).Replace("intel/tdx/tcb", "intel/sgx/tcb", StringComparison.Ordinal)),
        ["too long"] = b => [.. b, .. new byte[3 * 1024 * 1024]],
        ["other version"] = b => Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(b).Replace("\"swarmCollateral\":1", "\"swarmCollateral\":2", StringComparison.Ordinal)),
        ["from the future"] = b => Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(b).Replace("\"fetchedAt\":\"2026", "\"fetchedAt\":\"2029", StringComparison.Ordinal)),
    };

    public ValueTask DisposeAsync() => _vendors.DisposeAsync();

    [Theory, MemberData(nameof(Damages))]
    public async Task A_file_that_is_not_as_it_was_written_is_fetched_again(string name)
    {
        await Fetch(_vendors.Cache(), Tcb);
        var file = Assert.Single(Directory.GetFiles(_vendors.Folder));
        await File.WriteAllBytesAsync(file, Damage[name](await File.ReadAllBytesAsync(file, Cancel)), Cancel);
        Assert.NotNull((await _vendors.Cache().Get(Tcb, Cancel)).Entry);
        await Until(() => _vendors.Asked.Length == 2);
    }

    [Fact]
    public async Task A_whole_file_of_another_root_is_not_believed()
    {
        await Fetch(_vendors.Cache(), Tcb);
        var roots = _vendors.Roots with { Intel = Hash32.Sha256([1]) };
        var offline = new CollateralCache(_vendors.Options, roots, vendor: null, _vendors.Clock);
        Assert.Null((await offline.Get(Tcb, Cancel)).Entry);
        Assert.Empty(offline.Export().Items);
    }

    [Fact]
    public async Task Many_requests_for_one_item_share_one_fetch()
    {
        var cache = _vendors.Cache();
        var lookups = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => cache.Get(Tcb, Cancel)));
        Assert.All(lookups, l => Assert.Same(lookups[0].Entry, l.Entry));
        Assert.Single(_vendors.Asked);
    }

    [Fact]
    public async Task An_item_is_asked_for_again_ahead_of_its_end_while_the_old_one_is_served()
    {
        var cache = _vendors.Cache();
        var first = await Fetch(cache, Tcb);
        _vendors.Clock.Now = _vendors.Clock.Now.AddHours(23);
        Assert.Same(first, await Fetch(cache, Tcb));
        Assert.Single(_vendors.Asked);
        _vendors.Clock.Now = _vendors.Clock.Now.AddHours(2);
        Assert.Same(first, await Fetch(cache, Tcb));
        await Until(async () => await Fetch(cache, Tcb) != first);
        Assert.Equal(2, _vendors.Asked.Length);
    }

    [Fact]
    public async Task While_the_vendor_is_down_what_is_due_is_served_without_a_word()
    {
        var cache = _vendors.Cache();
        await Fetch(cache, Tcb);
        _vendors.GoDown();
        _vendors.Clock.Now = _vendors.Clock.Now.AddDays(3);
        var lookup = await cache.Get(Tcb, Cancel);
        Assert.NotNull(lookup.Entry);
        Assert.Null(lookup.Problem);
    }

    [Fact]
    public async Task What_is_older_never_replaces_what_is_newer()
    {
        var cache = _vendors.Cache();
        await Fetch(cache, Tcb);
        await Fetch(cache, Identity);
        _vendors.Intel.TcbInfo["tcbEvaluationDataNumber"] = 17;
        _vendors.Intel.QeIdentity["issueDate"] = "2026-05-01T00:00:00Z";
        _vendors.Clock.Now = new(2026, 6, 17, 0, 0, 0, TimeSpan.Zero);
        foreach (var request in (CollateralRequest[])[Tcb, Identity])
        {
            var lookup = await cache.Get(request, Cancel);
            Assert.Contains("older than what is here", lookup.Problem!.Why);
            Assert.Equal(18, lookup.Entry!.Content.Number);
        }
        Assert.Contains("older", Assert.Single(cache.Add(new([_vendors.TcbItem()]))).Why);
    }

    [Fact]
    public async Task What_another_process_fetched_is_not_fetched_again()
    {
        var (one, other) = (_vendors.Cache(), _vendors.Cache());
        await Fetch(one, Tcb);
        Assert.NotNull(await Fetch(other, Tcb));
        _vendors.Clock.Now = _vendors.Clock.Now.AddDays(1);
        await Fetch(one, Tcb);
        await Until(async () => (await Fetch(one, Tcb)).Item.FetchedAt == _vendors.Clock.Now);
        Assert.Equal(_vendors.Clock.Now, (await Fetch(other, Tcb)).Item.FetchedAt);
        Assert.Equal(2, _vendors.Asked.Length);
    }

    [Fact]
    public async Task Several_caches_write_one_directory_and_every_reader_sees_whole_files()
    {
        var caches = Enumerable.Range(0, 4).Select(_ => _vendors.Cache()).ToList();
        for (var round = 0; round < 5; round++)
        {
            await Task.WhenAll(caches.SelectMany(c => new[] { Fetch(c, Tcb), Fetch(c, Identity) }));
            _vendors.Clock.Now = _vendors.Clock.Now.AddHours(25);
        }
        foreach (var cache in caches) await cache.DisposeAsync();             // what they still fetch ahead would write behind us
        var items = new CollateralCache(_vendors.Options, _vendors.Roots, null, _vendors.Clock).Export().Items;
        Assert.Equal(["intel/tdx/qe-identity", "intel/tdx/tcb/b0c06f000000"], items.Select(i => i.Key.Text));
    }

    [Fact]
    public async Task A_directory_that_cannot_be_written_is_named_and_harms_no_verdict()
    {
        await File.WriteAllTextAsync(_vendors.Folder + ".file", "", Cancel);
        var service = _vendors.Service(_vendors.Options with { Directory = _vendors.Folder + ".file" });
        var collected = await service.Collect("tdx", _vendors.Intel.ToQuote(), [], null, Cancel);
        File.Delete(_vendors.Folder + ".file");
        var problem = Assert.Single(collected.Problems);
        Assert.Contains("cannot be written", problem.ToString());
        Assert.Equal(Verdict.Accepted, TdxVerifier.Verify(
            _vendors.Intel.ToQuote(), collected.Collateral.Intel, IntelCase.At, IntelCase.Root.Certificate.Hash, IntelPolicy.Default).Verdict);
    }

    [Fact]
    public async Task A_write_that_fails_at_its_end_is_named_and_leaves_no_half_file()
    {
        Directory.CreateDirectory(Path.Combine(_vendors.Folder, "intel+tdx+tcb+b0c06f000000.json"));
        var cache = _vendors.Cache();
        Assert.NotNull(await Fetch(cache, Tcb));
        Assert.Contains(_vendors.Folder, cache.StoreProblem);
        Assert.Empty(Directory.GetFiles(_vendors.Folder));
        Assert.NotNull(await Fetch(cache, Identity));
        Assert.Null(cache.StoreProblem);
    }

    [Fact]
    public async Task Files_and_directory_are_their_owners_alone()
    {
        await Fetch(_vendors.Cache(), Tcb);
        if (OperatingSystem.IsWindows()) return;
        const UnixFileMode owners = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(owners, File.GetUnixFileMode(Assert.Single(Directory.GetFiles(_vendors.Folder))));
        Assert.Equal(owners | UnixFileMode.UserExecute, File.GetUnixFileMode(_vendors.Folder));
    }

    [Fact]
    public void The_oldest_files_and_halves_go_where_there_are_too_many()
    {
        var store = new CollateralStore(_vendors.Folder, _vendors.Options with { ItemsMax = 16 }, TimeProvider.System);
        Directory.CreateDirectory(_vendors.Folder);
        var half = Path.Combine(_vendors.Folder, ".dead.tmp");
        File.WriteAllText(half, "half");
        File.SetLastWriteTimeUtc(half, TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-2));
        for (byte i = 0; i < 40; i++) Assert.Null(store.Write(new(CollateralKey.Tcb(true, [0, 0, 0, 0, 0, i]), new byte[] { i }, null, IntelCase.At)));
        Assert.Equal(16, Directory.GetFileSystemEntries(_vendors.Folder).Length);
        Assert.NotNull(store.Read(CollateralKey.Tcb(true, [0, 0, 0, 0, 0, 39])));
    }

    [Fact]
    public void A_pipe_or_a_link_in_the_directory_is_not_opened()
    {
        var store = new CollateralStore(_vendors.Folder, _vendors.Options, TimeProvider.System);
        Directory.CreateDirectory(_vendors.Folder);
        File.CreateSymbolicLink(Path.Combine(_vendors.Folder, "intel+tdx+qe-identity.json"), "/dev/zero");
        Assert.Null(store.Read(Identity.Key));
        Assert.Empty(store.All());
    }

    private static async Task<CollateralEntry> Fetch(CollateralCache cache, CollateralRequest request)
    {
        var lookup = await cache.Get(request, Cancel);
        Assert.True(lookup.Entry is not null, lookup.Problem?.ToString());
        return lookup.Entry;
    }

    private static Task Until(Func<bool> holds) => Until(() => Task.FromResult(holds()));

    private static async Task Until(Func<Task<bool>> holds)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (!await holds()) await Task.Delay(TimeSpan.FromMilliseconds(20), patience.Token);
    }
}

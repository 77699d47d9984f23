using CsCheck;
using SwarmCompute.Overlay;
using Xunit;

namespace SwarmCompute.Inference.Tests.Pipeline;

public sealed class ReplaySpillTests : IDisposable
{
    private const int Width = 2048, Tokens = 200;

    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Folder => Path.GetDirectoryName(_directory.File("x"))!;

    [Fact]
    public void What_is_written_is_read_back_whatever_is_freed_between() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 5], Gen.Int[1, 3 * FrameBlocks.BlockBytes]).Array[1, 30].Sample(steps =>
        {
            using var spill = new ReplaySpill(Folder, long.MaxValue);
            var written = new List<(SpilledBytes Spilled, byte[] Bytes)>();
            foreach (var (step, which, length) in steps)
            {
                if (step > 0 || written.Count == 0)
                {
                    var bytes = new byte[length];
                    new Random(length).NextBytes(bytes);
                    written.Add((spill.Write(bytes), bytes));
                }
                else
                {
                    spill.Free(written[which % written.Count].Spilled);
                    written.RemoveAt(which % written.Count);
                }
            }
            foreach (var (spilled, bytes) in written)
            {
                var read = new byte[bytes.Length + 7];
                spill.Read(spilled, read);
                Assert.True(read.AsSpan(0, bytes.Length).SequenceEqual(bytes));
            }
        }, iter: 20);

    [Fact]
    public void The_file_has_no_name_and_what_is_in_it_cannot_be_read()
    {
        using var spill = new ReplaySpill(Folder, long.MaxValue);
        spill.Write([.. Enumerable.Repeat((byte)'s', 1000)]);
        Assert.Empty(Directory.GetFiles(Folder));
        Assert.Equal(-1, Image().AsSpan().IndexOf("ssss"u8));
    }

    [Fact]
    public void A_disk_that_changes_a_byte_or_gives_an_older_write_is_found_out()
    {
        using var spill = new ReplaySpill(Folder, long.MaxValue);
        var older = spill.Write(new byte[1000]);
        var image = Image();
        spill.Free(older);
        var newer = spill.Write(new byte[1000]);
        spill.Read(newer, new byte[1000]);
        Put(image);
        Assert.Throws<InvalidDataException>(() => spill.Read(newer, new byte[1000]));
        spill.Free(newer);
        var last = spill.Write(new byte[1000]);
        image = Image();
        image[500] ^= 1;
        Put(image);
        Assert.Throws<InvalidDataException>(() => spill.Read(last, new byte[1000]));
        Put(image[..900]);
        Assert.Throws<InvalidDataException>(() => spill.Read(last, new byte[1000]));
    }

    [Fact]
    public void No_more_disk_is_taken_than_there_may_be()
    {
        using var spill = new ReplaySpill(Folder, 2 * (FrameBlocks.BlockBytes + 16));
        var first = spill.Write(new byte[10]);
        spill.Write(new byte[10]);
        Assert.Contains("ReplayDiskMax", Assert.Throws<InferenceException>(() => spill.Write(new byte[10])).Message, StringComparison.Ordinal);
        spill.Free(first);
        spill.Write(new byte[10]);
    }

    [Fact]
    public async Task A_stage_that_replaces_a_lost_one_is_sent_every_frame_as_it_was_from_memory_or_from_disk()
    {
        await using var lone = await LoneStage.Start(Width, Options(), Cancel);
        for (var session = 1u; session <= 2; session++)
            for (var token = 0; token < Tokens; token++)
            {
                await lone.From.Send(Frame(session, token), Cancel);
                Assert.Equal(Frame(session, token), await Next(lone.To));
            }
        Assert.True(Image().Length > Tokens * Width, "most of it lies on disk");
        await lone.ReplaceNext(Cancel);
        var had = new Dictionary<uint, int> { [1] = 0, [2] = 0 };
        for (var frame = 0; frame < 2 * Tokens; frame++)
        {
            var bytes = await Next(lone.To);
            Assert.Null(BoundaryFrame.Read(bytes, out var read));
            Assert.Equal(Frame(read.Session.Number, had[read.Session.Number]++), bytes);
        }
    }

    [Fact]
    public async Task A_stage_whose_disk_was_changed_sends_nothing_of_it_and_says_that_it_has_failed()
    {
        await using var lone = await LoneStage.Start(Width, Options(), Cancel);
        for (var token = 0; token < Tokens; token++)
        {
            await lone.From.Send(Frame(1, token), Cancel);
            await Next(lone.To);
        }
        var image = Image();
        image[700] ^= 1;
        Put(image);
        await lone.ReplaceNext(Cancel);
        await Assert.ThrowsAnyAsync<Exception>(async () => await Next(lone.To));     // a reset, or an end in order
        await foreach (var happened in lone.Events.ReadAllAsync(Cancel))
        {
            if (happened is not PipelineEvent.Failed failed) continue;
            Assert.Contains("was changed there", failed.Reason, StringComparison.Ordinal);
            return;
        }
        Assert.Fail("the stage has stopped");
    }

    [Fact]
    public void Frames_are_read_as_they_were_kept_wherever_they_are() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[1, 150_000]).Array[1, 60].Sample(steps =>
        {
            using var spill = new ReplaySpill(Folder, long.MaxValue);
            var blocks = new FrameBlocks(spill, bytesMax: 0);
            var (window, reader, marks) = (new ReplayWindow(blocks, latestOnly: false), new FrameReader(), new List<byte>());
            foreach (var (step, length) in steps)
            {
                if (step < 7)
                {
                    var frame = window.Reserve(length);
                    marks.Add((byte)(marks.Count % 251));
                    frame.Span.Fill(marks[^1]);
                    window.Keep(marks.Count - 1, frame);
                    continue;
                }
                if (window.Oldest() is not { } oldest) continue;
                if (step == 7) Assert.True(oldest.TryPin());
                Assert.Equal(step != 7, blocks.TrySpill(oldest));
                if (step == 7) oldest.Unpin();
                oldest.Release();
            }
            foreach (var (frame, mark) in window.From(0).Zip(marks))
            {
                Assert.False(reader.Open(frame).Span.ContainsAnyExcept(mark));
                reader.Close();
            }
            window.Clear();
        }, iter: 50);

    [Fact]
    public async Task A_session_whose_frames_have_no_room_on_disk_either_is_refused_and_told_why()
    {
        await using var lone = await LoneStage.Start(Width, Options() with { ReplayDiskMax = 0 }, Cancel);
        for (var token = 0; token < Tokens; token++)
        {
            await lone.From.Send(Frame(1, token), Cancel);
            var bytes = await Next(lone.To);
            if ((FrameKind)bytes[0] == FrameKind.Hidden) continue;
            Assert.Contains("ReplayDiskMax", BoundaryFrame.ReadReason(bytes), StringComparison.Ordinal);
            return;
        }
        Assert.Fail("it was not refused");
    }

    public void Dispose() => _directory.Dispose();

    private PipelineOptions Options() => LoneStage.Options(2 * Tokens) with { ReplayDirectory = Folder, ReplayBytesMax = 0 };

    private static byte[] Frame(uint session, int token)
    {
        var frame = BoundaryFrame.Hidden(new SessionId(1, session), token, token, 1, true, Width);
        var random = new Random(1000 * (int)session + token);
        foreach (ref var state in BoundaryFrame.States(frame)) state = random.NextSingle();
        return frame;
    }

    private static async Task<byte[]> Next(OverlayConnection to)
    {
        while (true)
        {
            using var frame = await to.Receive(Cancel) ?? throw new InvalidOperationException("The stage ended the link.");
            if ((FrameKind)frame.Memory.Span[0] != FrameKind.Ping) return frame.Memory.ToArray();
        }
    }

    /// <summary>The file, by the way that the system has to open files without a name.</summary>
    private string OnDisk() =>
        Directory.GetFiles("/proc/self/fd").First(file => new FileInfo(file).LinkTarget is { } target && target.StartsWith(Path.Combine(Folder, "replay-"), StringComparison.Ordinal));

    private byte[] Image()
    {
        using var file = new FileStream(OnDisk(), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private void Put(byte[] image)
    {
        using var file = new FileStream(OnDisk(), FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        file.SetLength(0);
        file.Write(image);
    }
}

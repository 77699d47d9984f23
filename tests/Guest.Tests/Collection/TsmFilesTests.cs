using System.Text;
using SwarmCompute.Guest.Collection;

namespace SwarmCompute.Guest.Tests.Collection;

/// <summary>The real files: in a folder, and where the kernel's own files behave as those of configfs do.</summary>
public sealed class TsmFilesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tsm-");
    private readonly TsmFiles _files;

    public TsmFilesTests() => _files = new TsmFiles(_folder.FullName);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_directory_is_made_once_and_removed_without_a_trace()
    {
        _files.MakeDirectory("a");
        Assert.True(Directory.Exists(Path.Combine(_folder.FullName, "a")));
        Assert.Equal(TsmFault.Other, Fault(() => _files.MakeDirectory("a")));
        _files.RemoveDirectory("a");
        Assert.Empty(_folder.EnumerateFileSystemInfos());
        Assert.Equal(TsmFault.Missing, Fault(() => _files.RemoveDirectory("a")));
    }

    [Fact]
    public void No_directory_is_made_where_the_kernel_has_no_interface()
    {
        var files = new TsmFiles(Path.Combine(_folder.FullName, "none"));
        Assert.False(files.IsPresent);
        Assert.True(_files.IsPresent);
        Assert.Equal(TsmFault.Missing, Fault(() => files.MakeDirectory("a")));
        Assert.Empty(_folder.EnumerateFileSystemInfos());
    }

    [Fact]
    public void An_attribute_is_read_whole_or_not_at_all()
    {
        _files.MakeDirectory("a");
        File.WriteAllBytes(Path.Combine(_folder.FullName, "a", "outblob"), [1, 2, 3]);
        Assert.Equal([1, 2, 3], _files.Read("a", "outblob", 3));
        Assert.Equal(TsmFault.TooLarge, Fault(() => _files.Read("a", "outblob", 2)));
        Assert.Equal(TsmFault.Missing, Fault(() => _files.Read("a", "auxblob", 2)));
    }

    [Fact]
    public void A_write_makes_no_file_and_cuts_none_off()
    {
        _files.MakeDirectory("a");
        Assert.Equal(TsmFault.Missing, Fault(() => _files.Write("a", "inblob", [1])));
        var file = Path.Combine(_folder.FullName, "a", "inblob");
        File.WriteAllBytes(file, [9, 9, 9, 9]);
        _files.Write("a", "inblob", [1, 2]);
        Assert.Equal([1, 2, 9, 9], File.ReadAllBytes(file));
    }

    [Fact]
    public void The_kernel_s_own_files_take_one_write_whole_and_are_read_without_a_length()
    {
        // A thread's name is what the last write said: a second call would leave the rest of the text only.
        var kernel = new TsmFiles("/proc");
        var before = kernel.Read("thread-self", "comm", 64);
        kernel.Write("thread-self", "comm", "one-whole-write"u8);
        Assert.Equal("one-whole-write\n", Encoding.ASCII.GetString(kernel.Read("thread-self", "comm", 64)));
        kernel.Write("thread-self", "comm", before.AsSpan().TrimEnd((byte)'\n'));
        Assert.Equal(0, new FileInfo("/proc/thread-self/comm").Length);
    }

    [Fact]
    public void What_the_kernel_refuses_is_a_fault_that_names_the_file()
    {
        var fault = Assert.Throws<TsmException>(() => new TsmFiles("/proc").Write("self", "oom_score_adj", "no number"u8));
        Assert.Equal(TsmFault.Other, fault.Fault);
        Assert.Contains("/proc/self/oom_score_adj", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4, nameof(TsmFault.Passing))]
    [InlineData(11, nameof(TsmFault.Passing))]
    [InlineData(16, nameof(TsmFault.Passing))]
    [InlineData(110, nameof(TsmFault.Passing))]
    [InlineData(6, nameof(TsmFault.NoDriver))]
    [InlineData(25, nameof(TsmFault.NoDriver))]
    [InlineData(27, nameof(TsmFault.TooLarge))]
    [InlineData(22, nameof(TsmFault.Other))]
    [InlineData(5, nameof(TsmFault.Other))]
    public void The_kernel_s_numbers_have_names(int number, string fault) =>
        Assert.Equal(fault, TsmFiles.FaultOf(new IOException("", number)).ToString());

    [Fact]
    public void What_dotnet_makes_of_other_numbers_has_names_too()
    {
        Assert.Equal(TsmFault.Denied, TsmFiles.FaultOf(new UnauthorizedAccessException()));
        Assert.Equal(TsmFault.TooLarge, TsmFiles.FaultOf(new ArgumentOutOfRangeException()));
        Assert.Equal(TsmFault.Missing, TsmFiles.FaultOf(new DirectoryNotFoundException()));
    }

    private static TsmFault Fault(Action call) => Assert.Throws<TsmException>(call).Fault;
}

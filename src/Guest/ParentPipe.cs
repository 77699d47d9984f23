namespace SwarmCompute.Guest;

/// <summary>
/// Standard input: how the process that started this one hands it a ticket, and shows that it is still there. Its end means that nobody
/// looks after this process any more.
/// </summary>
internal sealed class ParentPipe
{
    private readonly Stream _input = Console.OpenStandardInput();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completed once standard input has ended.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Reads the first line, without its end.</summary>
    /// <param name="bytesMax">The most bytes that are taken.</param>
    /// <exception cref="GuestException">The line is longer, or the input ends before it does.</exception>
    public byte[] ReadLine(int bytesMax)
    {
        var line = new byte[bytesMax + 1];
        var length = 0;
        while (true)
        {
            var read = _input.Read(line, length, line.Length - length);
            if (read == 0) throw new GuestException("Standard input ended before a whole line was read.");
            var end = Array.IndexOf(line, (byte)'\n', length, read);
            if (end >= 0) return line[..end];
            length += read;
            if (length == line.Length) throw new GuestException($"The first line of standard input is longer than {bytesMax} bytes.");
        }
    }

    /// <summary>Begins to watch for the end; what still comes is not looked at.</summary>
    public void Watch() => new Thread(WatchLoop) { IsBackground = true, Name = "parent pipe" }.Start();

    private void WatchLoop()
    {
        var ignored = new byte[4096];
        try
        {
            while (_input.Read(ignored, 0, ignored.Length) > 0) { }
        }
        catch (IOException)
        {
            // a broken pipe is an end, too
        }
        _ended.TrySetResult();
    }
}

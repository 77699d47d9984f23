using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace SwarmCompute.Inference;

/// <summary>
/// The latest error lines of llama.cpp, at most 2,000 bytes, for the message of an exception. Everything else that it
/// logs is dropped: it is much, and parts of prompts can occur in it.
/// </summary>
internal static unsafe class NativeLog
{
    private const int ErrorLevel = 4, ContinueLevel = 5;

    private static readonly Lock Gate = new();
    private static readonly byte[] Kept = new byte[2000];
    private static int _length;
    private static bool _inError;

    public static void Install() => NativeMethods.LogSet(&Write, null);

    public static void Clear()
    {
        lock (Gate) _length = 0;
    }

    /// <summary>What was kept since the last clearing, as one line; says so where there is nothing.</summary>
    public static string Take()
    {
        lock (Gate)
        {
            var text = Encoding.UTF8.GetString(Kept.AsSpan(0, _length));
            _length = 0;
            var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return lines.Length == 0 ? "llama.cpp gave no reason" : string.Join("; ", lines);
        }
    }

    /// <summary>Called by native code, on any of its threads: allocates nothing and throws nothing.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Write(int level, byte* text, void* state)
    {
        if (text == null) return;
        lock (Gate)
        {
            if (level != ContinueLevel) _inError = level == ErrorLevel;
            if (!_inError) return;
            for (; *text != 0 && _length < Kept.Length; text++) Kept[_length++] = *text;
        }
    }
}

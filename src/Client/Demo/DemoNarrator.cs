using Spectre.Console;

namespace SwarmCompute.Client.Demo;

/// <summary>Tells a person what the demo is doing.</summary>
internal sealed class DemoNarrator(IAnsiConsole console, TimeProvider time)
{
    private static readonly TimeSpan QuietMax = TimeSpan.FromSeconds(5);

    /// <summary>A new part of the story.</summary>
    public void Chapter(string title)
    {
        console.WriteLine();
        console.Write(new Rule($"[bold]{Markup.Escape(title)}[/]") { Justification = Justify.Left, Style = Style.Parse("grey") });
    }

    /// <summary>Something that happened.</summary>
    public void Fact(string text) => console.MarkupLine($"  [green]•[/] {Markup.Escape(text)}");

    /// <summary>Something that a person should not overlook.</summary>
    public void Notice(string text) => console.MarkupLine($"  [yellow]![/] {Markup.Escape(text)}");

    /// <summary>Something that went wrong, on purpose or not.</summary>
    public void Trouble(string text) => console.MarkupLine($"  [red]✗[/] {Markup.Escape(text)}");

    /// <summary>Text of the model, as it comes.</summary>
    public void Text(string text) => console.Write(new Text(text, new Style(Color.Aqua)));

    /// <summary>Ends a line of the model's text.</summary>
    public void EndText() => console.WriteLine();

    /// <summary>Rows of figures.</summary>
    public void Table(string[] columns, IEnumerable<string[]> rows)
    {
        var table = new Table { Border = TableBorder.Rounded };
        foreach (var column in columns) table.AddColumn(Markup.Escape(column));
        foreach (var row in rows) table.AddRow([.. row.Select(Markup.Escape)]);
        console.Write(new Padder(table, new Padding(2, 0, 0, 0)));
    }

    /// <summary>Does something that may take a while, and says how long it took.</summary>
    public async Task<T> Step<T>(string text, Func<Task<T>> work)
    {
        var began = time.GetTimestamp();
        var task = work();
        if (console.Profile.Capabilities.Interactive) await console.Status().StartAsync($"{Markup.Escape(text)} …", _ => Task.WhenAny(task));
        else await Report(text, task, began);
        var result = await task;
        console.MarkupLine($"  [green]✓[/] {Markup.Escape(text)} [grey]({time.GetElapsedTime(began).TotalSeconds:0.0} s)[/]");
        return result;
    }

    /// <inheritdoc cref="Step{T}"/>
    public Task Step(string text, Func<Task> work) => Step(text, async () =>
    {
        await work();
        return true;
    });

    private async Task Report(string text, Task task, long began)
    {
        while (await Task.WhenAny(task, Task.Delay(QuietMax, time, CancellationToken.None)) != task)
            console.MarkupLine($"  [grey]… {Markup.Escape(text)}, {time.GetElapsedTime(began).TotalSeconds:0} s[/]");
    }
}

using System.Text;

namespace Wsmq.Benchmarks.Measuring;

internal sealed class MarkdownTable(params string[] columns)
{
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var row in _rows.Prepend([.. columns.Select(_ => "---")]).Prepend(columns))
            text.Append("| ").AppendJoin(" | ", row).Append(" |\n");
        return text.ToString();
    }
}

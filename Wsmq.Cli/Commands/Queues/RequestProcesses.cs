using System.Diagnostics;
using System.Globalization;
using System.Text;
using Wsmq.Cli.Messages;

namespace Wsmq.Cli.Commands.Queues;

/// <summary>Runs a command of the shell for each request.</summary>
internal sealed class RequestProcesses(string command)
{
    private const string Failed = "command-failed";

    /// <summary>Returns what the command has written to its standard output.</summary>
    /// <exception cref="WsmqRequestException">It has ended with another exit code than 0.</exception>
    public async Task<WsmqJsonBody> AnswerAsync(WsmqRequest<WsmqJsonBody> request, CancellationToken cancellationToken)
    {
        using var process = Process.Start(Start(request))!;
        var input = JobProcesses.WriteAsync(process, BodyText.BytesOf(request.Body));
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await JobProcesses.WaitAsync(process, cancellationToken);
        await input;
        var reply = await output;
        if (process.ExitCode == 0)
            return new BodyReader(textOnly: false).FromText(reply.TrimEnd('\r', '\n'));
        await CommandLine.WriteErrorAsync(string.Create(CultureInfo.InvariantCulture, $"a request failed: exit code {process.ExitCode}"));
        throw new WsmqRequestException(Failed, string.Create(CultureInfo.InvariantCulture, $"exit code {process.ExitCode}"));
    }

    private ProcessStartInfo Start(WsmqRequest<WsmqJsonBody> request)
    {
        var start = JobProcesses.Shell(command);
        (start.RedirectStandardOutput, start.StandardOutputEncoding) = (true, Encoding.UTF8);
        start.Environment["WSMQ_REQUEST_TO"] = request.Address.ToString();
        start.Environment["WSMQ_REQUEST_SENDER"] = request.Sender ?? "";
        JobEnvironment.RemoveCredentials(start.Environment);
        return start;
    }
}

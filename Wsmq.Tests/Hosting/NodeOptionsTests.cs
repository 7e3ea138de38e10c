using Wsmq.Server.Hosting;

namespace Wsmq.Tests.Hosting;

public sealed class NodeOptionsTests
{
    [Fact]
    public void Name_timeout_and_expiry_have_bounds()
    {
        var options = new WsmqOptions();
        new WsmqOptionsValidation().Validate(null, options).Succeeded.Should().BeTrue();

        (options.Nodes.Name, options.Nodes.AnswerTimeout, options.Nodes.Expiry) = ("", TimeSpan.FromMilliseconds(49), TimeSpan.FromHours(2));

        new WsmqOptionsValidation().Validate(null, options).FailureMessage.Should()
            .Contain("Nodes.Name must have").And.Contain("Nodes.AnswerTimeout is").And.Contain("Nodes.Expiry is");
    }
}

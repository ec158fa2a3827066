package io.lumia.cli;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.core.spi.ContextAwareBase;
import io.lumia.config.LogConfig;

/** The log of commands without configuration, and until a configuration is read: warnings, as text. Found by logback as a
 * service, after files such as logback-test.xml. */
@ConfiguratorRank(ConfiguratorRank.FALLBACK + 1)
public final class LogBeforeConfiguration extends ContextAwareBase implements Configurator {
    @Override
    public ExecutionStatus configure(LoggerContext context) {
        Logging.toStandardError(context).apply(new LogConfig(LogConfig.Format.TEXT, LogConfig.Level.WARN));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}

package io.lumia.provisioning.dns;

import io.lumia.access.AddressRange;
import io.lumia.x509.DeviceName;
import io.lumia.x509.FleetDomain;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** What is answered to a question (RFC 1035, 4.1): the address at which a device was provisioned, and nothing else. */
final class FleetAnswers {
    /** An address may change with the next enrolment: nobody is to keep it. */
    private static final long TTL_SECONDS = 0;

    private static final int PAYLOAD = 1232;

    private final FleetDomain domain;
    private final Function<DeviceName, Future<Optional<String>>> addresses;

    /** @param addresses of claimed names, IPv4 or IPv6 literals */
    FleetAnswers(FleetDomain domain, Function<DeviceName, Future<Optional<String>>> addresses) {
        this.domain = domain;
        this.addresses = addresses;
    }

    /** Fails with {@link IOException} when it is no question at all, which is left unanswered. */
    Future<byte[]> answer(byte[] wire) {
        Message question;
        try {
            question = new Message(wire);
        } catch (IOException malformed) {
            return Future.failedFuture(malformed);
        }
        if (question.getHeader().getFlag(Flags.QR)) {
            return Future.failedFuture(new IOException("an answer came where questions are taken"));
        }
        var asked = question.getQuestion();
        if (asked == null || question.getHeader().getCount(Section.QUESTION) != 1) {
            return Future.succeededFuture(reply(question, Rcode.FORMERR).toWire());
        }
        if (question.getHeader().getOpcode() != Opcode.QUERY || asked.getDClass() != DClass.IN) {
            return Future.succeededFuture(reply(question, Rcode.NOTIMP).toWire());
        }
        return device(asked)
                .map(device -> addresses
                        .apply(device)
                        .map(found -> told(question, asked, found).toWire())
                        .otherwise(unknown -> reply(question, Rcode.SERVFAIL).toWire()))
                .orElseGet(() ->
                        Future.succeededFuture(reply(question, Rcode.NXDOMAIN).toWire()));
    }

    private Optional<DeviceName> device(Record asked) {
        return domain.deviceOf(asked.getName().toString(true).toLowerCase(Locale.ROOT));
    }

    private static Message told(Message question, Record asked, Optional<String> address) {
        if (address.isEmpty()) {
            return reply(question, Rcode.NXDOMAIN);
        }
        var answer = reply(question, Rcode.NOERROR);
        var found = AddressRange.address(address.get());
        boolean four = found.getAddress().length == 4;
        if (asked.getType() == Type.ANY || asked.getType() == (four ? Type.A : Type.AAAA)) {
            answer.addRecord(record(asked, found, four), Section.ANSWER);
        }
        return answer;
    }

    private static Record record(Record asked, InetAddress address, boolean four) {
        return four
                ? new ARecord(asked.getName(), DClass.IN, TTL_SECONDS, address)
                : new AAAARecord(asked.getName(), DClass.IN, TTL_SECONDS, address);
    }

    private static Message reply(Message question, int code) {
        var reply = new Message(question.getHeader().getID());
        reply.getHeader().setFlag(Flags.QR);
        reply.getHeader().setFlag(Flags.AA);
        if (question.getHeader().getFlag(Flags.RD)) {
            reply.getHeader().setFlag(Flags.RD);
        }
        reply.getHeader().setOpcode(question.getHeader().getOpcode());
        reply.getHeader().setRcode(code);
        var asked = question.getQuestion();
        if (asked != null) {
            reply.addRecord(asked, Section.QUESTION);
        }
        if (question.getOPT() != null) {
            reply.addRecord(new OPTRecord(PAYLOAD, 0, 0), Section.ADDITIONAL);
        }
        return reply;
    }
}
